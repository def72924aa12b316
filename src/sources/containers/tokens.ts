import { hostToken } from "../../core/host-token.ts";
import type { Links } from "../../core/signal.ts";

/** What Compose's labels say of how a container hangs together with others. */
export interface Composition {
  readonly project: string | undefined;
  /** The service that it is one of; a one-off (`docker compose run`) is none of the service's. */
  readonly service: string | undefined;
  /** The services that it depends on. */
  readonly dependsOn: readonly string[];
}

type Labels = Readonly<Record<string, unknown>>;

/** Of projects and services (https://docs.docker.com/reference/compose-file/services/); anything else is nobody's name. */
const NAME = /^[A-Za-z0-9][\w.-]{0,127}$/;
const MAX_LABEL_CHARS = 10_000;
const MAX_DEPENDENCIES = 100;

/** Reads Compose's labels; what is not of their shape says nothing. */
export function parseComposition(labels: Labels): Composition {
  const read = (name: string): string => {
    const value = Object.hasOwn(labels, `com.docker.compose.${name}`)
      ? labels[`com.docker.compose.${name}`]
      : undefined;
    return typeof value === "string" ? value.slice(0, MAX_LABEL_CHARS) : "";
  };
  const nameIn = (text: string) => (NAME.test(text) ? text : undefined);
  // `db:service_healthy:false,redis:service_started:true`
  const dependsOn = read("depends_on")
    .split(",", MAX_DEPENDENCIES)
    .flatMap((entry) => nameIn(entry.split(":", 1)[0]?.trim() ?? "") ?? []);
  const isOneOff = read("oneoff").toLowerCase() === "true";
  return {
    project: nameIn(read("project")),
    service: isOneOff ? undefined : nameIn(read("service")),
    dependsOn: [...new Set(dependsOn)],
  };
}

/** What of the list is needed to link containers. */
export interface Linkable {
  readonly id: string;
  readonly name: string;
  readonly composition: Composition;
}

/** What stands for Docker itself. */
export const DOCKER = "docker";

/**
 * How the watched containers hang together: with their service, with the names that others on their network reach them by, and
 * with what they depend on.
 *
 * A name that means different things in several Compose projects means none of them, unless the watchdog's own project is
 * among them: there it means what the watchdog reaches by it.
 *
 * @param listed every container, watched or not
 * @param ownId the id of the watchdog's own container or its beginning
 */
export function linkContainers(
  listed: readonly Linkable[],
  watched: readonly Linkable[],
  ownId: string | undefined,
): (readonly [name: string, links: Links])[] {
  const own = ownId === undefined ? undefined : listed.find(({ id }) => id.startsWith(ownId))?.composition.project;
  const projectOf = new Map<string, string | undefined>();
  const ambiguous = new Set<string>();
  for (const { name, composition } of listed) {
    const { project } = composition;
    for (const host of hostsOf(name, composition)) {
      if (projectOf.has(host) && projectOf.get(host) !== project) ambiguous.add(host);
      projectOf.set(host, project);
    }
  }
  const isMeant = (host: string, project: string | undefined) =>
    !ambiguous.has(host) || (own !== undefined && project === own);
  return watched.map(({ name, composition }) => {
    const { project, service, dependsOn } = composition;
    const hosts = hostsOf(name, composition).filter((host) => isMeant(host, project));
    const serviceToken = (one: string) => `service:${project}/${one}`;
    const isComposed = project !== undefined;
    return [
      name,
      {
        standsFor: [...(isComposed && service !== undefined ? [serviceToken(service)] : []), ...hosts],
        needs: [...(isComposed ? dependsOn.map(serviceToken) : []), DOCKER],
      },
    ];
  });
}

/**
 * How a container hung together that is gone: what it depends on is no longer told.
 *
 * @param service project, service and number
 * @param isAmbiguous whether a service of that name is in another project, too
 */
export function linksOfService(service: string, name: string, isAmbiguous: boolean): Links {
  const [project = "", own = ""] = service.split("/");
  const hosts = isAmbiguous ? [hostToken(name)] : [...new Set([hostToken(name), hostToken(own)])];
  return { standsFor: [`service:${project}/${own}`, ...hosts], needs: [DOCKER] };
}

function hostsOf(name: string, { service }: Composition): string[] {
  const byName = hostToken(name);
  const byService = service === undefined ? byName : hostToken(service);
  return byName === byService ? [byName] : [byName, byService];
}
