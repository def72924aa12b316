import type { HostTexts } from "../en/host.ts";

export const host: HostTexts = {
  memory: {
    full: "la mémoire de l’hôte est presque épuisée",
    fine: "la mémoire de l’hôte suffit",
    use: (used, total, available) => `${used} utilisés sur ${total}, ${available} disponibles`,
    next: (one, other) => `voyez qui l’utilise : ${one} ou ${other}`,
  },
  disk: {
    full: (path) => `le disque ${path} est presque plein`,
    fine: (path) => `le disque ${path} a de la place`,
    use: (used, available) => `${used} utilisés, ${available} disponibles`,
    next: (one, other) => `voyez ce qui le remplit : ${one} et ${other}`,
    othersHang: (others) => `non mesuré : ${others} autres systèmes de fichiers ne répondent pas`,
  },
  fill: {
    memory: (about) => `la mémoire de l’hôte sera épuisée dans ${about} environ`,
    memoryFilled: "la mémoire de l’hôte est épuisée",
    memoryCalm: "la mémoire de l’hôte ne se remplit pas régulièrement",
    memoryNext: (one, other) => `voyez qui grossit : ${one} ou ${other}`,
    disk: (path, about) => `le disque ${path} sera plein dans ${about} environ`,
    diskFilled: (path) => `le disque ${path} est plein`,
    diskCalm: (path) => `le disque ${path} ne se remplit pas régulièrement`,
    diskNext: (one, other) => `voyez ce qui grossit : ${one} et ${other}`,
    aMinute: "une minute",
    pace: (perHour, span, free) => `se remplit de ${perHour}/h (mesuré sur ${span}), ${free} libres`,
  },
};
