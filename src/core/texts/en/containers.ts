import { pluralOf } from "../plural.ts";

const plural = pluralOf("en");
const inBrackets = (text: string | undefined) => (text === undefined ? "" : ` (${text})`);
const times = (count: number) => plural(count, { one: "once", other: `${count} times` });

/** `how` is how a container ended, as `exit` says it. */
export const containers = {
  docker: {
    silent: (at: string) => `Docker does not answer at ${at}`,
    answers: (at: string) => `Docker answers at ${at}`,
    unanswered: (error: string) => `Docker did not answer: ${error}`,
    unknown: "what containers do is unknown until it answers",
  },
  is: {
    running: (name: string) => `container ${name} is running`,
    healthy: (name: string) => `container ${name} is healthy`,
    finished: (name: string) => `container ${name} has finished (code 0)`,
    unhealthy: (name: string) => `container ${name} is unhealthy`,
    notHealthyYet: (name: string, duration: string) =>
      `container ${name} is still not healthy ${duration} after its start`,
    paused: (name: string) => `container ${name} is paused`,
    restarting: (name: string, how?: string) => `container ${name} is restarting${inBrackets(how)}`,
    exited: (name: string, how?: string) => `container ${name} has exited${inBrackets(how)}`,
    dead: (name: string) => `container ${name} is dead: Docker could not remove it`,
    notStarted: (name: string, why: string) => `container ${name} could not be started: ${why}`,
    crashed: (name: string, how: string) => `container ${name} crashed (${how}) and was started again`,
    notBack: (name: string, duration: string) => `container ${name} was stopped ${duration} ago and has not come back`,
    notBackYet: (name: string) => `container ${name} was stopped just now and has not come back`,
    stopped: (name: string) => `container ${name} was stopped`,
    starting: (name: string) => `container ${name} is starting`,
    missing: (name: string) => `container ${name} does not exist`,
  },
  exit: {
    code: (code: number) => `code ${code}`,
    codeThatMeans: (code: number, meaning: string) => `code ${code}: ${meaning}`,
    outOfMemory: "out of memory",
    notExecutable: "its command may not be executed",
    notFound: "its command was not found",
    signal: (signal: number) => `signal ${signal}`,
    hangup: "SIGHUP",
    interrupted: "interrupted",
    aborted: "aborted",
    busError: "bus error",
    killed: "killed",
    segmentationFault: "segmentation fault",
    toldToStop: "told to stop, SIGTERM",
  },
  /** Why Docker could not start one. */
  startFailure: {
    portTaken: "a port it wants is taken",
    notMounted: "a volume could not be mounted",
    noNetwork: "its network does not exist",
    commandNotFound: "its command was not found",
    notExecutable: "its command may not be executed",
    other: "Docker could not start it",
  },
  details: {
    ranFor: (duration: string) => `before that it ran for ${duration}`,
    healthFailed: (count: number) =>
      `its health check has failed ${plural(count, { one: "once", other: `${count} times in a row` })}`,
    says: (output: string) => `it says: ${output}`,
    image: (name: string) => `image ${name}`,
    ended: (how: string) => `it ended with ${how}`,
    endedLast: (how: string) => `it ended last with ${how}`,
    endedBefore: (codes: string) => `before that also with: ${codes}`,
    removedAgo: (duration: string) => `it was removed ${duration} ago`,
    named: "it is named in WATCHDOG_CONTAINERS",
  },
  restartPolicy: {
    is: (policy: string) => `restart policy ${policy}`,
    restarted: (policy: string, count: number) => `restart policy ${policy}, restarted ${times(count)}`,
    startsAgain: (policy: string, attempt: number) =>
      `restart policy ${policy}: Docker starts it again, attempt ${attempt}`,
    startsAgainOf: (policy: string, attempt: number, most: number) =>
      `restart policy ${policy}: Docker starts it again, attempt ${attempt} of ${most}`,
    staysDown: (policy: string) => `restart policy ${policy}: it stays down until somebody starts it`,
    givenUp: (policy: string, count: number) => `restart policy ${policy}: Docker has given up after ${times(count)}`,
  },
  restarts: {
    none: (name: string, window: string) => `container ${name} has not restarted for ${window}`,
    some: (name: string, count: number, window: string) =>
      `container ${name} has restarted ${plural(count, { one: "1 time", other: `${count} times` })} within ${window}`,
    loop: (name: string, count: number, window: string) =>
      `container ${name} restarts again and again: ${plural(count, { one: "1 time", other: `${count} times` })} within ${window}`,
  },
  oom: {
    killed: (name: string) => `container ${name} was killed: out of memory`,
    lostProcess: (name: string) => `a process of container ${name} was killed: out of memory`,
    times: (count: number) => `${count} times since it was told last`,
  },
  memory: {
    full: (name: string) => `container ${name} has almost used up its memory`,
    fine: (name: string) => `container ${name} has memory left`,
    use: (used: string, limit: string) => `${used} of ${limit}, without caches; beyond that it is killed`,
    next: (command: string) => `${command}: raise its memory limit, or find what grows`,
  },
  cpu: {
    full: (name: string) => `container ${name} keeps using almost all of its CPU`,
    fine: (name: string) => `container ${name} has CPU left`,
    has: (cpus: number, amount: string) =>
      `of ${amount} ${plural(cpus, { one: "CPU", other: "CPUs" })} that it may use`,
    next: (command: string) => `${command}: see what it does, or raise its CPU limit`,
  },
  volumes: {
    none: "every Docker volume is used by a container",
    orphaned: (count: number) =>
      plural(count, {
        one: "1 Docker volume is used by no container",
        other: `${count} Docker volumes are used by no container`,
      }),
    oldest: (names: string) => `the oldest: ${names}`,
    oldestAndMore: (names: string, more: number) => `the oldest: ${names}, and ${more} more`,
    /** @param look shows their sizes; @param remove removes one */
    next: (look: string, remove: string) =>
      `${look} shows how large they are; ${remove} removes those that nobody needs`,
  },
  /** Labels that cannot be used. */
  label: {
    is: (name: string) => `container ${name} has a label that cannot be used and is ignored`,
    next: "mend it in the compose file, and recreate the container",
    unusable: (label: string, value: string, expected: string) => `${label}="${value}": expected ${expected}`,
    unknownRoute: (label: string, value: string, nearest: string) =>
      `${label}="${value}": no such route or receiver; did you mean ${nearest}?`,
    seconds: (least: number, most: number) => `seconds, ${least} to ${most}`,
    wholeNumber: (least: number, most: number) => `a whole number, ${least} to ${most}`,
    percentage: (least: number, most: number) => `a percentage, ${least} to ${most}`,
    either: (one: string, other: string) => `${one} or ${other}`,
    route: "the name of a route in WATCHDOG_ROUTES, or a receiver",
  },
  /** A service of Compose that came back as another container. `what`: its name and images. */
  redeploy: {
    /** @param to the image; absent where it is not known, `from` also where it is the same */
    what: (service: string, from: string | undefined, to: string | undefined) =>
      `${service} redeployed${to === undefined ? "" : `: ${from === undefined ? to : `${from} → ${to}`}`}`,
    healthy: (what: string, duration: string) => `${what}, healthy after ${duration}`,
    running: (what: string, duration: string) => `${what}, running after ${duration}`,
    removed: (name: string) => `container ${name} was removed`,
  },
  next: {
    startAnew: (command: string) => `${command}; then start it anew`,
    startOrForget: (command: string) => `${command}, or take it out of WATCHDOG_CONTAINERS`,
  },
};

export type ContainersTexts = typeof containers;
