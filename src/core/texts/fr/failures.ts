import type { FailuresTexts } from "../en/failures.ts";

const TRUST = "(NODE_EXTRA_CA_CERTS peut nommer un fichier de certificats sûrs)";
const NO_TLS = "on n’y parle pas TLS (http:// au lieu de https:// ?)";

export const failures: FailuresTexts = {
  codes: {
    ECONNREFUSED: "connexion refusée",
    ECONNRESET: "connexion réinitialisée",
    ECONNABORTED: "connexion interrompue",
    EPIPE: "connexion fermée",
    ENOTFOUND: "nom d’hôte introuvable",
    EAI_AGAIN: "la recherche du nom d’hôte a échoué",
    EHOSTUNREACH: "hôte injoignable",
    ENETUNREACH: "réseau injoignable",
    EADDRNOTAVAIL: "aucune adresse locale ni aucun port libre",
    ETIMEDOUT: "délai dépassé",
    EMFILE: "trop de fichiers ouverts (augmentez la limite : ulimit -n)",
    UND_ERR_CONNECT_TIMEOUT: "délai de connexion dépassé",
    UND_ERR_HEADERS_TIMEOUT: "délai dépassé",
    UND_ERR_BODY_TIMEOUT: "délai dépassé",
    UND_ERR_SOCKET: "connexion fermée",
    UND_ERR_HEADERS_OVERFLOW: "réponse aux en-têtes trop longs",
    DEPTH_ZERO_SELF_SIGNED_CERT: `certificat autosigné ${TRUST}`,
    SELF_SIGNED_CERT_IN_CHAIN: `certificat autosigné dans la chaîne ${TRUST}`,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: `certificat non reconnu ${TRUST}`,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `certificat non reconnu ${TRUST}`,
    CERT_HAS_EXPIRED: "certificat expiré",
    CERT_NOT_YET_VALID: "certificat pas encore valide",
    ERR_TLS_CERT_ALTNAME_INVALID: "certificat pour un autre nom d’hôte",
    ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
    ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  },
  brokeOff: (why) => `la réponse s’est interrompue : ${why}`,
  incomplete: "la réponse s’est interrompue avant la fin",
  notHttp: "la réponse n’est pas du HTTP",
  tooLong: (bytes) => `la réponse dépasse ${bytes} octets`,
  noAnswerWithin: (duration) => `pas de réponse en ${duration}`,
  notCompleteWithin: (seconds) => `pas de réponse complète en ${seconds} s`,
  namesWait: "non interrogé : trop d’autres noms d’hôte restent sans réponse",
  hostOffline: "non jugé : rien ne répond à l’extérieur, cet hôte est hors ligne",
  stillHangs: "la dernière collecte n’est pas encore revenue",
  unexplained: "échec sans explication",
  host: {
    noMeminfo: "/proc/meminfo est illisible",
    badMemory: (total, available) => `chiffres de mémoire absurdes : total ${total}, disponible ${available}`,
    noSize: (path) =>
      `${path} n’est sur aucun système de fichiers qui ait une taille : retirez-le de WATCHDOG_DISK_PATHS`,
    escapes: (mounted, root) =>
      `${mounted} est un lien symbolique qui sort de ${root} : mettez sa cible dans WATCHDOG_DISK_PATHS`,
    missing: (path) => `${path} n’existe pas : mettez des chemins existants dans WATCHDOG_DISK_PATHS`,
    missingAt: (path, mounted) =>
      `${path} n’existe pas à ${mounted} : montez la racine de l’hôte et indiquez sa place dans WATCHDOG_HOST_ROOT, ou mettez des chemins existants dans WATCHDOG_DISK_PATHS`,
    forbidden: (path, mounted) =>
      `${mounted} ne peut pas être lu : donnez l’accès à l’utilisateur de watchdog, ou retirez ${path} de WATCHDOG_DISK_PATHS`,
    unmeasured: (mounted) => `${mounted} n’a pas pu être mesuré`,
  },
  engine: {
    docker: (at, why) => `Docker à ${at} : ${why}`,
    notDocker: (at) => `ce qui répond à ${at} n’est pas Docker : mettez l’adresse de Docker dans WATCHDOG_DOCKER_HOST`,
    notDockerSocket: (at) =>
      `ce qui répond à ${at} n’est pas Docker : mettez le socket de Docker dans WATCHDOG_DOCKER_SOCK`,
    noVolumes: "la réponse de Docker n’est pas une liste de volumes",
    directory: (path, move) =>
      `${path} est un répertoire, pas un socket : il n’existait pas sur l’hôte au moment du montage ; corrigez le chemin du montage, ${move}`,
    noSocket: (path, move) => `${path} n’est pas un socket : montez-y le socket de Docker, ${move}`,
    missing: (path, mount, move) => `il n’y a pas de socket à ${path} : montez-le (${mount}), ${move}`,
    move: "ou indiquez sa place dans WATCHDOG_DOCKER_SOCK (off : les conteneurs ne sont pas surveillés)",
    forbidden: (path) =>
      `pas le droit d’ouvrir ${path} : lancez watchdog avec le groupe qui le possède (compose : group_add)`,
    forbiddenToUs: (path, gid) =>
      `pas le droit d’ouvrir ${path} : lancez watchdog avec son groupe (DOCKER_GID=${gid} dans .env ; dans votre propre fichier compose, group_add: ["${gid}"])`,
    nobodyListens: (path) => `personne n’écoute à ${path} : Docker tourne-t-il ? (systemctl status docker)`,
    pathTooLong: (path) => `${path} ne peut pas être le chemin d’un socket : 107 caractères au plus`,
    certificates: (at, why) => `Docker à ${at} : WATCHDOG_DOCKER_CERT_PATH : ${why}`,
    wantsTls: (at) =>
      `${at} parle TLS : mettez dans WATCHDOG_DOCKER_CERT_PATH le répertoire avec ca.pem, cert.pem et key.pem`,
    refused: (at) =>
      `personne n’écoute à ${at} : Docker, ou le proxy devant lui, y écoute-t-il ? (Docker : port 2375, avec TLS 2376)`,
    notFound: (at, why) => `${at} : ${why} : corrigez WATCHDOG_DOCKER_HOST, ou le réseau où se trouve watchdog`,
    expired: (at) => `le certificat de ${at} a expiré : renouvelez-le sur cet hôte`,
    notYetValid: (at) => `le certificat de ${at} n’est pas encore valide : comparez les horloges des deux hôtes`,
    otherNames: (at, names) =>
      `le certificat de ${at} porte d’autres noms (${names}) : mettez l’un d’eux dans WATCHDOG_DOCKER_HOST`,
    noNames: "aucun",
    untrusted: (at) =>
      `le certificat de ${at} n’est pas reconnu : mettez dans WATCHDOG_DOCKER_CERT_PATH un répertoire avec le ca.pem qui l’a signé`,
    otherCa: (at, path) =>
      `le certificat de ${at} n’est pas reconnu : le ca.pem qui l’a signé doit se trouver dans ${path}`,
    noTls: (at) => `${at} ne parle pas TLS : prenez son port TLS (2376), ou retirez WATCHDOG_DOCKER_CERT_PATH`,
    wantsOurs: (at) =>
      `${at} demande un certificat de notre part : mettez dans WATCHDOG_DOCKER_CERT_PATH un répertoire avec ca.pem, cert.pem et key.pem`,
    refusesOurs: (at) =>
      `${at} n’accepte pas notre certificat : cert.pem doit être signé par la CA que Docker reconnaît, et ne pas avoir expiré`,
    tooOld: (theirs, ours) =>
      `il parle l’API à partir de ${theirs}, et watchdog a demandé en ${ours} : mettez watchdog à jour`,
    tooNew: (theirs, ours) =>
      `il parle l’API jusqu’à ${theirs}, et watchdog a demandé en ${ours} : mettez Docker à jour`,
    answered: (status) => `réponse ${status}`,
    answeredWith: (status, said) => `réponse ${status} : ${said}`,
    byProxy: (answered, paths) => `${answered} ; un proxy de socket l’interdit-il ? watchdog envoie ${paths}`,
  },
};
