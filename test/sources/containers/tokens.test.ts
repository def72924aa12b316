import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Composition, linkContainers, parseComposition } from "../../../src/sources/containers/tokens.ts";

const label = (name: string, value: unknown) => ({ [`com.docker.compose.${name}`]: value });

describe("what Compose's labels say", () => {
  test.each<[name: string, labels: Record<string, unknown>, said: Partial<Composition>]>([
    ["nothing", {}, { project: undefined, service: undefined, dependsOn: [] }],
    [
      "project and service",
      { ...label("project", "shop"), ...label("service", "db") },
      { project: "shop", service: "db" },
    ],
    [
      "a one-off is none of the service's",
      { ...label("service", "db"), ...label("oneoff", "True") },
      { service: undefined },
    ],
    [
      "what it depends on, with condition and restart",
      label("depends_on", "db:service_healthy:false,redis:service_started:true"),
      { dependsOn: ["db", "redis"] },
    ],
    ["older versions say less", label("depends_on", "db:service_started,redis"), { dependsOn: ["db", "redis"] }],
    ["with spaces", label("depends_on", " db:x , redis "), { dependsOn: ["db", "redis"] }],
    ["each once", label("depends_on", "db:x,db:y"), { dependsOn: ["db"] }],
    ["an empty one", label("depends_on", ""), { dependsOn: [] }],
    ["no text", label("depends_on", 42), { dependsOn: [] }],
    ["what is nobody's name", label("depends_on", ",:,::,../x,<b>,a b,\u202edb,ok"), { dependsOn: ["ok"] }],
    ["a project that is no name", label("project", "../shop"), { project: undefined }],
  ])("%s", (_name, labels, said) => expect(parseComposition(labels)).toMatchObject(said));

  test("a label of any length is read up to a bound", () => {
    const services = Array.from({ length: 100_000 }, (_, index) => `s${index}`).join(",");
    expect(parseComposition(label("depends_on", services)).dependsOn).toHaveLength(100);
  });

  test("whatever it is, nothing but names comes of it", () => {
    fc.assert(
      fc.property(fc.string(), fc.anything(), (text, thing) => {
        const { dependsOn, project } = parseComposition({ ...label("depends_on", text), ...label("project", thing) });
        for (const name of [...dependsOn, project ?? "x"]) expect(name).toMatch(/^[A-Za-z0-9][\w.-]*$/);
      }),
    );
  });
});

let ids = 0;
function container(name: string, composition: Partial<Composition> = {}) {
  ids += 1;
  return {
    id: `id${ids}`,
    name,
    composition: { project: undefined, service: undefined, dependsOn: [], ...composition },
  };
}

describe("how containers hang together", () => {
  const linksOf = (all: ReturnType<typeof container>[], own?: ReturnType<typeof container>) =>
    Object.fromEntries(linkContainers(all, all, own?.id));

  test("one of a service stands for it and for its host names, and needs Docker and what it depends on", () => {
    const api = container("shop-api-1", { project: "shop", service: "api", dependsOn: ["db", "redis"] });
    expect(linksOf([api])["shop-api-1"]).toEqual({
      standsFor: ["service:shop/api", "host:shop-api-1", "host:api"],
      needs: ["service:shop/db", "service:shop/redis", "docker"],
    });
  });

  test("one that Compose did not make is reached by its name", () => {
    expect(linksOf([container("Db")]).Db).toEqual({ standsFor: ["host:db"], needs: ["docker"] });
  });

  test("several of one service all stand for it", () => {
    const web = { project: "shop", service: "web" };
    const links = linksOf([container("shop-web-1", web), container("shop-web-2", web)]);
    expect(Object.values(links).map(({ standsFor }) => standsFor?.at(-1))).toEqual(["host:web", "host:web"]);
  });

  describe("a name that means something else in another project", () => {
    const shop = container("shop-db-1", { project: "shop", service: "db" });
    const blog = container("blog-db-1", { project: "blog", service: "db" });
    const hosts = (own?: ReturnType<typeof container>) =>
      Object.entries(linksOf([shop, blog, ...(own ? [own] : [])], own))
        .filter(([, { standsFor }]) => standsFor?.includes("host:db"))
        .map(([name]) => name);

    test("means neither", () => expect(hosts()).toEqual([]));
    test("means the one of the watchdog's own project", () => {
      expect(hosts(container("blog-watchdog-1", { project: "blog", service: "watchdog" }))).toEqual(["blog-db-1"]);
    });
    test("means neither to a watchdog of a third project", () => {
      expect(hosts(container("ops-watchdog-1", { project: "ops", service: "watchdog" }))).toEqual([]);
    });
    test("but each stands for its service", () => {
      expect(linksOf([shop, blog])["blog-db-1"]?.standsFor).toEqual(["service:blog/db", "host:blog-db-1"]);
    });
    test("that is not watched makes it ambiguous all the same", () => {
      expect(Object.fromEntries(linkContainers([shop, blog], [shop], undefined))["shop-db-1"]?.standsFor).not.toContain(
        "host:db",
      );
    });
  });
});
