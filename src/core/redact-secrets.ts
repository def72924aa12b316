/** What stands in the place of a secret. */
export const REDACTED = "[…]";

/** Longer texts are cut first; a word that a cut went through is dropped. Docker itself keeps 4,096 bytes of a probe. */
const MAX_CHARS = 4_000;

/** A name that says that what follows it is nobody's business. */
const SECRET_NAME =
  "(?:passw(?:or)?d|passphrase|passwort|pwd|secret|token|credentials?|api[-_]?key|access[-_]?key|private[-_]?key|encryption[-_]?key|signature|session[-_]?id|authorization|_auth|\\bauth|\\bpass|\\bpin|\\bsig|\\bkey|cookie|dsn)";
const NAME = `[\\w.-]{0,60}${SECRET_NAME}[\\w.-]{0,60}`;
const QUOTED = `"(?:\\\\.|[^"\\\\])*(?:"|$)|'(?:\\\\.|[^'\\\\])*(?:'|$)|\`[^\`]*(?:\`|$)`;
/** Quoted within a quoted text: \"…\". */
const NESTED = `\\\\+["'](?:(?!\\\\+["'])[\\s\\S])*(?:\\\\+["']|$)`;
const VALUE = `(?:${NESTED}|${QUOTED}|[^\\s"'\`]\\S*)`;

type Rule = readonly [pattern: RegExp, replacement: string];

/** In this order: what spans lines, what ends with its line, what its name tells, what its looks tell. */
const RULES: readonly Rule[] = [
  // PEM, also where one of its ends was cut off.
  [/-----BEGIN [^-]*-----[\s\S]*?(?:-----END [^-]*-----|$)/g, REDACTED],
  [/^[\s\S]*-----END [^-]*-----/g, REDACTED],
  // Headers that carry credentials; curl's -v and wget's -S begin them with > and <.
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-[\w-]{0,40}(?:key|token|auth|secret)[\w-]{0,40}["']?)\s*:\s*[^\r\n]*/gi,
    `$1: ${REDACTED}`,
  ],
  [/\b(bearer|basic|digest|negotiate|ntlm|hawk|aws4-hmac-sha256)\s+[^\s"'][^\r\n"']*/gi, `$1 ${REDACTED}`],
  // In a URL: user and password, up to its last @; and the query, whatever is in it.
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>]*@/gi, `$1${REDACTED}@`],
  [/([a-z][a-z0-9+.-]*:\/\/[^\s"'<>?]*\?)[^\s"'<>]*/gi, `$1${REDACTED}`],
  // <password>…</password>, also cut off.
  [new RegExp(`(<(?!/)[^<>]{0,100}${SECRET_NAME}[^<>]{0,100}>)[^<]*`, "gi"), `$1${REDACTED}`],
  // name=value, name: value, "name": "value", name => value, and as a URL writes "=".
  [new RegExp(`(${NAME}\\\\*["'\`]?\\s*(?:=>|:=|==?|:|%3D)\\s*)${VALUE}`, "gi"), `$1${REDACTED}`],
  [new RegExp(`(${NAME}\\s+(?:is\\s+)?)(?:${QUOTED})`, "gi"), `$1${REDACTED}`],
  // --password … , -p… and -u user:…, as command lines have them.
  [new RegExp(`((?:^|\\s)--?${NAME}\\s+)${VALUE}`, "gi"), `$1${REDACTED}`],
  [/((?:^|\s)-(?:p|u|a))\s?[^\s-]\S*/g, `$1 ${REDACTED}`],
  // user:password@host without a scheme, as in Go's DSNs.
  [/[^\s"'<>:@/]+:(?!\/\/)[^\s"'<>@]+@/g, `${REDACTED}@`],
  // By their looks: JWTs and the prefixes that services give their tokens.
  [/eyJ[\w-]{5,}(?:\.[\w-]*)*/g, REDACTED],
  [
    /\b(?:gh[a-z]_|github_pat_|glpat-|xox[a-z]-|sk[-_]|pk[-_]|rk_|AKIA|ASIA|AIza|ya29\.|npm_|hf_|dop_v1_|SG\.|hvs\.|AGE-SECRET-KEY-)[\w.-]{6,}/g,
    REDACTED,
  ],
  [/(?:bot)?\d{6,}:[\w-]{20,}/g, REDACTED],
  [/\b(?:[0-9a-f]{16,}|[0-9A-F]{16,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\b/gi, REDACTED],
];

/** What base64 is written with; also what paths and long words are. */
const LONG_RUN = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
/** A path, words, or a variable's name: without digits and in one case, as no random text of this length is. */
const WORDS = /^(?:[a-z/_-]+|[A-Z]+(?:_[A-Z]+)+=?)$/;

/**
 * Takes out what looks like a secret: by what it is called, by where it stands, and by its looks. Rather too much than too
 * little: what is left is for a person to read, not for a program.
 *
 * @returns text of at most some 4,000 characters, still with its lines
 */
export function redactSecrets(raw: string): string {
  const isCut = raw.length > MAX_CHARS;
  const plain = raw
    .slice(0, MAX_CHARS)
    .toWellFormed()
    // Colours and invisible marks would hide a name or cut a secret in two.
    .replace(/[^\P{Cc}\t\r\n]\[[0-9;]*[A-Za-z]/gu, "")
    .replace(/[^\P{Cc}\t\r\n]|\p{Cf}/gu, "");
  const whole = isCut ? plain.replace(/\S*$/, "") : plain;
  const text = RULES.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement), whole);
  return text.replace(LONG_RUN, (run) => (WORDS.test(run) ? run : REDACTED));
}
