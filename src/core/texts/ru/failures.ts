import type { FailuresTexts } from "../en/failures.ts";

const TRUST = "(файл доверенных можно указать в NODE_EXTRA_CA_CERTS)";
const NO_TLS = "там не говорят по TLS (http:// вместо https://?)";

export const failures: FailuresTexts = {
  codes: {
    ECONNREFUSED: "соединение отклонено",
    ECONNRESET: "соединение сброшено",
    ECONNABORTED: "соединение прервано",
    EPIPE: "соединение закрыто",
    ENOTFOUND: "имя хоста не найдено",
    EAI_AGAIN: "не удалось найти адрес по имени хоста",
    EHOSTUNREACH: "хост недоступен",
    ENETUNREACH: "сеть недоступна",
    EADDRNOTAVAIL: "нет свободного локального адреса или порта",
    ETIMEDOUT: "время ожидания истекло",
    EMFILE: "слишком много открытых файлов (поднимите предел: ulimit -n)",
    UND_ERR_CONNECT_TIMEOUT: "не удалось соединиться вовремя",
    UND_ERR_HEADERS_TIMEOUT: "время ожидания истекло",
    UND_ERR_BODY_TIMEOUT: "время ожидания истекло",
    UND_ERR_SOCKET: "соединение закрыто",
    UND_ERR_HEADERS_OVERFLOW: "слишком длинные заголовки ответа",
    DEPTH_ZERO_SELF_SIGNED_CERT: `самоподписанный сертификат ${TRUST}`,
    SELF_SIGNED_CERT_IN_CHAIN: `самоподписанный сертификат в цепочке ${TRUST}`,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: `нет доверия к сертификату ${TRUST}`,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: `нет доверия к сертификату ${TRUST}`,
    CERT_HAS_EXPIRED: "срок сертификата истёк",
    CERT_NOT_YET_VALID: "сертификат ещё не действует",
    ERR_TLS_CERT_ALTNAME_INVALID: "сертификат на другое имя хоста",
    ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
    ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  },
  brokeOff: (why) => `ответ оборвался: ${why}`,
  incomplete: "ответ оборвался, не дойдя до конца",
  notHttp: "ответ не по HTTP",
  tooLong: (bytes) => `ответ длиннее ${bytes} байт`,
  noAnswerWithin: (duration) => `нет ответа за ${duration}`,
  notCompleteWithin: (seconds) => `нет полного ответа за ${seconds} с`,
  namesWait: "не опрошено: слишком много других имён хостов не находится",
  hostOffline: "нельзя судить: снаружи никто не отвечает, этот хост без связи",
  stillHangs: "прошлый опрос ещё висит",
  unexplained: "сбой без объяснения",
  host: {
    noMeminfo: "/proc/meminfo не читается",
    badMemory: (total, available) => `данные о памяти лишены смысла: всего ${total}, доступно ${available}`,
    noSize: (path) => `${path} не на файловой системе с размером: уберите его из WATCHDOG_DISK_PATHS`,
    escapes: (mounted, root) =>
      `${mounted} — символическая ссылка наружу из ${root}: укажите её цель в WATCHDOG_DISK_PATHS`,
    missing: (path) => `${path} не существует: укажите в WATCHDOG_DISK_PATHS существующие пути`,
    missingAt: (path, mounted) =>
      `${path} не найден в ${mounted}: смонтируйте корень хоста и укажите его место в WATCHDOG_HOST_ROOT или укажите в WATCHDOG_DISK_PATHS существующие пути`,
    forbidden: (path, mounted) =>
      `${mounted} нельзя прочитать: дайте доступ пользователю watchdog или уберите ${path} из WATCHDOG_DISK_PATHS`,
    unmeasured: (mounted) => `${mounted} не удалось измерить`,
  },
  engine: {
    docker: (at, why) => `Docker по адресу ${at}: ${why}`,
    notDocker: (at) => `по адресу ${at} отвечает не Docker: укажите адрес Docker в WATCHDOG_DOCKER_HOST`,
    notDockerSocket: (at) => `по адресу ${at} отвечает не Docker: укажите сокет Docker в WATCHDOG_DOCKER_SOCK`,
    noVolumes: "ответ Docker — не список томов",
    directory: (path, move) =>
      `${path} — каталог, а не сокет: на хосте его не было, когда его монтировали; исправьте путь монтирования ${move}`,
    noSocket: (path, move) => `${path} — не сокет: смонтируйте туда сокет Docker ${move}`,
    missing: (path, mount, move) => `по пути ${path} нет сокета: смонтируйте его (${mount}) ${move}`,
    move: "или укажите его место в WATCHDOG_DOCKER_SOCK (off: контейнеры не под наблюдением)",
    forbidden: (path) => `нет права открыть ${path}: запускайте с группой, которой он принадлежит (compose: group_add)`,
    forbiddenToUs: (path, gid) =>
      `нет права открыть ${path}: запускайте с его группой (DOCKER_GID=${gid} в .env; в своём файле compose group_add: ["${gid}"])`,
    nobodyListens: (path) => `${path} никто не слушает: работает ли Docker? (systemctl status docker)`,
    pathTooLong: (path) => `${path} не может быть путём сокета: не больше 107 знаков`,
    certificates: (at, why) => `Docker по адресу ${at}: WATCHDOG_DOCKER_CERT_PATH: ${why}`,
    wantsTls: (at) => `${at} говорит по TLS: укажите в WATCHDOG_DOCKER_CERT_PATH каталог с ca.pem, cert.pem и key.pem`,
    refused: (at) => `${at} никто не слушает: там ли Docker или прокси перед ним? (Docker: порт 2375, с TLS 2376)`,
    notFound: (at, why) => `${at}: ${why}: исправьте WATCHDOG_DOCKER_HOST или сеть, в которой находится watchdog`,
    expired: (at) => `срок сертификата ${at} истёк: обновите его на том хосте`,
    notYetValid: (at) => `сертификат ${at} ещё не действует: сравните часы обоих хостов`,
    otherNames: (at, names) =>
      `сертификат ${at} выдан на другие имена (${names}): укажите одно из них в WATCHDOG_DOCKER_HOST`,
    noNames: "ни одного",
    untrusted: (at) =>
      `нет доверия к сертификату ${at}: укажите в WATCHDOG_DOCKER_CERT_PATH каталог с ca.pem, которым он подписан`,
    otherCa: (at, path) => `нет доверия к сертификату ${at}: ca.pem, которым он подписан, должен лежать в ${path}`,
    noTls: (at) => `${at} не говорит по TLS: укажите его порт TLS (2376) или уберите WATCHDOG_DOCKER_CERT_PATH`,
    wantsOurs: (at) =>
      `${at} требует нашего сертификата: укажите в WATCHDOG_DOCKER_CERT_PATH каталог с ca.pem, cert.pem и key.pem`,
    refusesOurs: (at) =>
      `${at} не принимает наш сертификат: cert.pem должен быть подписан CA, которому доверяет Docker, и не просрочен`,
    tooOld: (theirs, ours) => `он знает API от версии ${theirs}, а watchdog спросил в ${ours}: обновите watchdog`,
    tooNew: (theirs, ours) => `он знает API до версии ${theirs}, а watchdog спросил в ${ours}: обновите Docker`,
    answered: (status) => `ответ ${status}`,
    answeredWith: (status, said) => `ответ ${status}: ${said}`,
    byProxy: (answered, paths) => `${answered}; не запрещает ли это прокси сокета? watchdog отправляет ${paths}`,
  },
};
