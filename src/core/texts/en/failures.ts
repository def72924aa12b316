const TRUST = "(NODE_EXTRA_CA_CERTS can name a file of trusted ones)";
const NO_TLS = "no TLS is spoken there (http:// instead of https://?)";

/** Why something could not be asked or read. */
export const failures = {
  /** What the error codes of Node, OpenSSL and undici mean to people. */
  codes: {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    ECONNABORTED: "connection aborted",
    EPIPE: "connection closed",
    ENOTFOUND: "host name not found",
    EAI_AGAIN: "host name lookup failed",
    EHOSTUNREACH: "host unreachable",
    ENETUNREACH: "network unreachable",
    EADDRNOTAVAIL: "no local address or port to connect from",
    ETIMEDOUT: "timed out",
    EMFILE: "too many open files (raise the limit: ulimit -n)",
    UND_ERR_CONNECT_TIMEOUT: "connect timed out",
    UND_ERR_HEADERS_TIMEOUT: "timed out",
    UND_ERR_BODY_TIMEOUT: "timed out",
    UND_ERR_SOCKET: "connection closed",
    UND_ERR_HEADERS_OVERFLOW: "answer with too long headers",
    DEPTH_ZERO_SELF_SIGNED_CERT: `self-signed certificate ${TRUST}`,
    SELF_SIGNED_CERT_IN_CHAIN: `self-signed certificate in the chain ${TRUST}`,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: `certificate not trusted ${TRUST}`,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `certificate not trusted ${TRUST}`,
    CERT_HAS_EXPIRED: "certificate has expired",
    CERT_NOT_YET_VALID: "certificate is not valid yet",
    ERR_TLS_CERT_ALTNAME_INVALID: "certificate is for another host name",
    ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
    ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  },
  brokeOff: (why: string) => `the answer broke off: ${why}`,
  incomplete: "the answer broke off before it was complete",
  notHttp: "the answer is not HTTP",
  tooLong: (bytes: number) => `the answer is longer than ${bytes} bytes`,
  noAnswerWithin: (duration: string) => `no answer within ${duration}`,
  notCompleteWithin: (seconds: number) => `no complete answer within ${seconds} s`,
  namesWait: "not asked: too many other host names find no answer",
  hostOffline: "not judged: nothing outside answers, this host is offline",
  stillHangs: "its last collection still hangs",
  unexplained: "failed without saying why",
  /** Why the host could not be measured; `mounted` is where a path of the host is seen from here. */
  host: {
    noMeminfo: "/proc/meminfo could not be read",
    badMemory: (total: number, available: number) =>
      `no sense in the memory figures: total ${total}, available ${available}`,
    noSize: (path: string) => `${path} is on no file system with a size: take it out of WATCHDOG_DISK_PATHS`,
    escapes: (mounted: string, root: string) =>
      `${mounted} is a symbolic link that leads out of ${root}: name its target in WATCHDOG_DISK_PATHS`,
    missing: (path: string) => `${path} does not exist: name existing paths in WATCHDOG_DISK_PATHS`,
    missingAt: (path: string, mounted: string) =>
      `${path} does not exist at ${mounted}: mount the host's root and name that place in WATCHDOG_HOST_ROOT, or name existing paths in WATCHDOG_DISK_PATHS`,
    forbidden: (path: string, mounted: string) =>
      `${mounted} may not be read: give the watchdog's user access, or take ${path} out of WATCHDOG_DISK_PATHS`,
    unmeasured: (mounted: string) => `${mounted} could not be measured`,
  },
  /** Why Docker could not be asked; `at` is where it should answer, as people write it. */
  engine: {
    docker: (at: string, why: string) => `Docker at ${at}: ${why}`,
    notDocker: (at: string) => `what answers at ${at} is not Docker: set WATCHDOG_DOCKER_HOST to Docker`,
    notDockerSocket: (at: string) => `what answers at ${at} is not Docker: set WATCHDOG_DOCKER_SOCK to Docker's socket`,
    noVolumes: "what Docker answered is no list of volumes",
    /** The first part of these sentences; `move` is what else can be done. */
    directory: (path: string, move: string) =>
      `${path} is a directory, not a socket: it did not exist on the host when it was mounted; mend the path in the mount, ${move}`,
    noSocket: (path: string, move: string) => `${path} is not a socket: mount Docker's socket there, ${move}`,
    missing: (path: string, mount: string, move: string) =>
      `there is no socket at ${path}: mount it (${mount}), ${move}`,
    move: "or set WATCHDOG_DOCKER_SOCK to where it is (off: containers are not watched)",
    forbidden: (path: string) => `no permission to open ${path}: run as the group that owns it (compose: group_add)`,
    forbiddenToUs: (path: string, gid: number) =>
      `no permission to open ${path}: run as its group (DOCKER_GID=${gid} in .env; in a compose file of your own group_add: ["${gid}"])`,
    nobodyListens: (path: string) => `nobody listens at ${path}: is Docker running? (systemctl status docker)`,
    pathTooLong: (path: string) => `${path} cannot be a socket's path: at most 107 characters are allowed`,
    certificates: (at: string, why: string) => `Docker at ${at}: WATCHDOG_DOCKER_CERT_PATH: ${why}`,
    wantsTls: (at: string) =>
      `${at} speaks TLS: set WATCHDOG_DOCKER_CERT_PATH to the directory with ca.pem, cert.pem and key.pem`,
    refused: (at: string) =>
      `nobody listens at ${at}: does Docker, or the proxy before it, listen there? (Docker: port 2375, with TLS 2376)`,
    notFound: (at: string, why: string) =>
      `${at}: ${why}: mend WATCHDOG_DOCKER_HOST, or the network that the watchdog is in`,
    expired: (at: string) => `the certificate of ${at} has expired: renew it on that host`,
    notYetValid: (at: string) => `the certificate of ${at} is not valid yet: compare the clocks of both hosts`,
    otherNames: (at: string, names: string) =>
      `the certificate of ${at} is for other names (${names}): use one of them in WATCHDOG_DOCKER_HOST`,
    noNames: "none",
    untrusted: (at: string) =>
      `the certificate of ${at} is not trusted: set WATCHDOG_DOCKER_CERT_PATH to a directory with the ca.pem that signed it`,
    otherCa: (at: string, path: string) =>
      `the certificate of ${at} is not trusted: the ca.pem that signed it belongs into ${path}`,
    noTls: (at: string) => `${at} speaks no TLS: use its TLS port (2376), or unset WATCHDOG_DOCKER_CERT_PATH`,
    wantsOurs: (at: string) =>
      `${at} asks for a certificate of ours: set WATCHDOG_DOCKER_CERT_PATH to a directory with ca.pem, cert.pem and key.pem`,
    refusesOurs: (at: string) =>
      `${at} does not accept our certificate: cert.pem must be signed by the CA that Docker trusts, and not have expired`,
    tooOld: (theirs: string, ours: string) =>
      `it speaks API versions from ${theirs}, and the watchdog asked in ${ours}: update the watchdog`,
    tooNew: (theirs: string, ours: string) =>
      `it speaks API versions up to ${theirs}, and the watchdog asked in ${ours}: update Docker`,
    answered: (status: number) => `answered ${status}`,
    answeredWith: (status: number, said: string) => `answered ${status}: ${said}`,
    /** @param answered as one of the two before; @param paths what the watchdog asks for */
    byProxy: (answered: string, paths: string) =>
      `${answered}; does a socket proxy between forbid it? The watchdog sends ${paths}`,
  },
};

export type FailuresTexts = typeof failures;
