import { dependencyTargets, type Kind } from "./kinds.ts";

/** Where to look whether there is a way out, without names: http, https or tcp. */
export const probeTargets: Kind<readonly URL[]> = {
  expected: "a comma-separated list like https://one.example/,tcp://192.0.2.1:53",
  parse(text) {
    const items = text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
    return dependencyTargets
      .parse(items.map((item, index) => `probe${index}=${item}`).join(","))
      ?.map(({ url }) => url);
  },
};
