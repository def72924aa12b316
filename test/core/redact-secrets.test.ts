import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redactSecrets } from "../../src/core/redact-secrets.ts";

const S = "hunter2-Tr0ub4dor";
const HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const BASE64 = "c2VjcmV0LXZhbHVlLXRoYXQtaXMtbG9uZw==";
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";
const PEM = `-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc/+=\n-----END RSA PRIVATE KEY-----`;

/** What a probe writes, the secret in it, and what is left. */
const TABLE: readonly (readonly [name: string, raw: string, left: string])[] = [
  // name and value
  ["name=value", `PASSWORD=${S} retry`, "PASSWORD=[…] retry"],
  ["a name within a name", `MY_DB_PASSWORD_MAIN=${S}`, "MY_DB_PASSWORD_MAIN=[…]"],
  ["AWS' own name", `AWS_SECRET_ACCESS_KEY=${S}`, "AWS_SECRET_ACCESS_KEY=[…]"],
  ["PostgreSQL's own name", `PGPASSWORD=${S} psql: error`, "PGPASSWORD=[…] psql: error"],
  ["libpq's connection string", `host=db password=${S} dbname=shop`, "host=db password=[…] dbname=shop"],
  ["an ODBC string, whole", `Server=db;Pwd=${S};Timeout=5`, "Server=db;Pwd=[…]"],
  ["spaces around the sign", `api_key = ${S}`, "api_key = […]"],
  ["a colon", `password: ${S}`, "password: […]"],
  ["an arrow", `:secret => "${S}"`, ":secret => […]"],
  ["Go's printed struct", `{User:root Password:${S}}`, "{User:root Password:[…]"],
  ["JSON", `{"user":"root","password":"${S}","port":5432}`, `{"user":"root","password":[…],"port":5432}`],
  ["JSON within JSON", `{"body":"{\\"token\\":\\"${S}\\",\\"n\\":1}"}`, `{"body":"{\\"token\\":[…],\\"n\\":1}"}`],
  ["a value with an escaped quote", `{"secret":"a\\"${S}"}`, `{"secret":[…]}`],
  ["a Python dict", `{'auth_token': '${S}', 'n': 1}`, "{'auth_token': […], 'n': 1}"],
  ["a quoted value with spaces", `passphrase="correct horse ${S}" x`, "passphrase=[…] x"],
  ["a quote that never ends", `password="correct horse ${S}`, "password=[…]"],
  ["a name and a quoted value", `password is "${S}"`, "password is […]"],
  ["upper and lower case", `PassWord=${S}`, "PassWord=[…]"],
  ["a URL-encoded sign", `body: user%3Droot%26password%3D${S}`, "body: user%3Droot%26password%3D[…]"],
  ["XML", `<ns:password type="x">${S}</ns:password>`, `<ns:password type="x">[…]</ns:password>`],
  ["a name with a colour in it", `pass\u001b[31mword=${S}`, "password=[…]"],
  ["a name with an invisible mark", `pass\u200bword=${S}`, "password=[…]"],
  // command lines
  ["a long option", `mysql --password ${S} -h db`, "mysql --password […] -h db"],
  ["a long option with =", `redis-cli --auth-token=${S}`, "redis-cli --auth-token=[…]"],
  ["mysql's -p", `mysqladmin -p${S} ping`, "mysqladmin -p […] ping"],
  ["curl's -u", `curl -u admin:${S} http://db`, "curl -u […] http://db"],
  ["redis' -a", `redis-cli -a ${S} ping`, "redis-cli -a […] ping"],
  // headers
  ["a bearer token", `> Authorization: Bearer ${S}\n> Accept: */*`, "> Authorization: […]\n> Accept: */*"],
  ["a basic one", `Authorization: Basic ${S}`, "Authorization: […]"],
  ["a digest", `authorization: Digest username="a", response="${S}"`, "authorization: […]"],
  ["a header in JSON", `{"Authorization":"Bearer ${S}"}`, `{"Authorization":[…]}`],
  ["a proxy's", `Proxy-Authorization: ${S}`, "Proxy-Authorization: […]"],
  ["a key of one's own", `X-Api-Key: ${S}`, "X-Api-Key: […]"],
  ["a cookie", `< Set-Cookie: sid=${S}; Path=/`, "< Set-Cookie: […]"],
  ["a scheme alone", `sent bearer ${S}`, "sent bearer […]"],
  // URLs
  [
    "a user and a password",
    `dial postgres://app:${S}@db:5432/shop: refused`,
    "dial postgres://[…]@db:5432/shop: refused",
  ],
  ["a password alone", `redis://:${S}@cache:6379/0`, "redis://[…]@cache:6379/0"],
  ["a user alone, which may be a token", `https://${S}@git.example/x`, "https://[…]@git.example/x"],
  ["a password with @ and /", `amqp://u:a@b/${S}@mq/`, "amqp://[…]@mq/"],
  ["a query", `GET https://s3.example/a?X-Amz-Signature=${S}&n=1 403`, "GET https://s3.example/a?[…] 403"],
  ["Go's DSN", `app:${S}@tcp(db:3306)/shop`, "[…]@tcp(db:3306)/shop"],
  // by their looks
  ["a JWT", `got ${JWT} back`, "got […] back"],
  ["a JWT that was cut", `got ${JWT.slice(0, 30)}`, "got […]"],
  ["hexadecimal digits", `sum ${HEX}.`, "sum […]."],
  ["a UUID", "id 123e4567-e89b-12d3-a456-426614174000", "id […]"],
  ["base64", `blob ${BASE64}`, "blob […]"],
  ["a GitHub token", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "[…]"],
  ["a Slack token", "using xoxb-123456-abc", "using […]"],
  ["an AWS key id", "AKIAIOSFODNN7EXAMPLE denied", "[…] denied"],
  ["a bot token", "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe", "/[…]/getMe"],
  ["a PEM block", `key:\n${PEM}\nnext`, "key:\n[…]\nnext"],
  ["a PEM block without its end", `x ${PEM.slice(0, 45)}`, "x […]"],
  ["a PEM block without its beginning", `${PEM.slice(20)} x`, "[…] x"],
];

test.each(TABLE)("takes out: %s", (_name, raw, left) => {
  expect(redactSecrets(raw)).toBe(left);
});

test.each([
  ["a refused connection", "connect ECONNREFUSED 172.18.0.3:5432"],
  ["curl's complaint", "curl: (7) Failed to connect to localhost port 8080: Connection refused"],
  ["a status", "HTTP/1.1 503 Service Unavailable"],
  ["what PostgreSQL says of a password", 'FATAL: password authentication failed for user "postgres"'],
  ["a URL without credentials", "GET http://api:8080/healthz 500"],
  ["a path", "/usr/local/lib/postgresql/bin/pg_isready: not found"],
  ["Docker's time-out", "Health check exceeded timeout (5s)"],
  ["a name and a number", "queue=12 workers=3"],
  ["nothing", ""],
])("leaves: %s", (_name, raw) => {
  expect(redactSecrets(raw)).toBe(raw);
});

describe("a secret planted in any form never survives", () => {
  const alphabet = [..."abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];
  const special = [...alphabet, ..."!$%^*()-+=[]|.,:;?~/@&<>{}#"];
  const plain = fc.array(fc.constantFrom(...alphabet), { minLength: 8, maxLength: 40 }).map((chars) => chars.join(""));
  /** What people make up: no white space and no quotes; and it does not begin with a dash, as an option does. */
  const password = fc
    .tuple(plain, fc.array(fc.constantFrom(...special), { maxLength: 20 }))
    .map(([first, rest]) => first.slice(0, 4) + rest.join("") + first.slice(4));
  const quoted = fc.string({ unit: "grapheme", minLength: 8, maxLength: 30 });
  const name = fc.constantFrom(
    ...["password", "DB_PASSWORD", "passwd", "pwd", "client_secret", "api_key", "apiKey", "access-token", "TOKEN"],
    ...["aws_secret_access_key", "private_key", "session_id", "npm_config__auth", "credentials", "PASSPHRASE"],
  );
  const named = (write: (name: string, secret: string) => string, secret: fc.Arbitrary<string> = password) =>
    fc.tuple(name, secret).map(([key, value]) => ({ secret: value, text: write(key, value) }));
  const unnamed = (write: (secret: string) => string, secret: fc.Arbitrary<string> = password) =>
    secret.map((value) => ({ secret: value, text: write(value) }));
  const base64 = fc.uint8Array({ minLength: 18, maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("base64"));
  const base64url = fc.uint8Array({ minLength: 18, maxLength: 60 }).map((b) => Buffer.from(b).toString("base64url"));
  const hex = fc.uint8Array({ minLength: 10, maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("hex"));
  const bulky = fc.uint8Array({ minLength: 100, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("base64"));

  const planted = fc.oneof(
    named((key, value) => `${key}=${value}`),
    named((key, value) => `${key} : ${value}`),
    named((key, value) => `--${key} ${value}`),
    named((key, value) => `<${key}>${value}</${key}>`, plain),
    named((key, value) => JSON.stringify({ n: 1, [key]: value, m: 2 }), quoted),
    named((key, value) => JSON.stringify({ body: JSON.stringify({ [key]: value }) }), password),
    unnamed((value) => `Authorization: Bearer ${value}`),
    unnamed((value) => `> authorization: Basic ${value}`, base64),
    unnamed((value) => `Set-Cookie: id=${value}; HttpOnly`),
    unnamed((value) => `X-Auth-Token: ${value}`),
    unnamed((value) => `postgres://app:${encodeURIComponent(value)}@db:5432/shop`, plain),
    unnamed((value) => `mongodb://root:${value}@mongo`, plain),
    unnamed((value) => `app:${value}@tcp(db:3306)/shop`, plain),
    unnamed((value) => `https://api.example/v1?sig=${value}`, plain),
    unnamed((value) => `eyJhbGciOiJIUzI1NiJ9.${value}.${value}`, base64url),
    unnamed((value) => `ghp_${value}`, plain),
    unnamed((value) => `sum ${value}`, hex),
    unnamed((value) => `blob ${value} end`, base64),
    unnamed(
      (value) => `-----BEGIN PRIVATE KEY-----\n${value.replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----`,
      bulky,
    ),
  );
  const around = fc.constantFrom(
    "",
    "connect failed\n",
    "GET /healthz 500 ",
    '{"a":1}\n',
    "\u001b[31merror\u001b[0m ",
    "\n\n",
  );

  test("whatever stands around it", () => {
    fc.assert(
      fc.property(planted, around, around, ({ secret, text }, before, after) => {
        const left = redactSecrets(`${before}${text}${after === "" ? "" : `\n${after}`}`);
        // No six characters of it in a row.
        const chars = [...secret];
        for (let at = 0; at + 6 <= chars.length; at++) {
          const piece = chars.slice(at, at + 6).join("");
          if (/^[\w!$%^*()+=.-]{6}$/.test(piece) && !`${before}${after}`.includes(piece))
            expect(left).not.toContain(piece);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  test("it is total and bounded, and no repetition makes it slow: a thousand of any do not outlast the test", () => {
    const part = fc.constantFrom(
      ...["=", ":", '"', "\\", "'", " ", "a", "a:", "@", "://", "?", "<", ">", " -p", "\n", "é", "\u001b["],
      ...["password", "x-key", "token ", "-----BEGIN ", "-----END ", "eyJ", "0a", "bearer ", "http"],
    );
    const repeated = fc
      .tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.nat(4_000))
      .map(([parts, count]) => parts.join("").repeat(count).slice(0, 5_000));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 500 }), repeated), (raw) => {
        expect(redactSecrets(raw).length).toBeLessThan(25_000);
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  test("a word that the cut goes through is dropped", () => {
    expect(redactSecrets(`${"x ".repeat(1_998)}abcdefgh`)).not.toContain("a");
  });
});
