import type { DependenciesTexts } from "../en/dependencies.ts";

export const dependencies: DependenciesTexts = {
  up: (name) => `зависимость ${name} отвечает`,
  silent: (name) => `зависимость ${name} не отвечает`,
  answers: (name, status) => `зависимость ${name} отвечает кодом ${status}`,
  answered: (status) => `ответ ${status}`,
  timedOut: (seconds) => `нет ответа за ${seconds} с`,
  next: (command) => `проверьте, работает ли она и что в её логе; вручную: ${command}`,
  othersHang: (others) => `не опрошена: не отвечают другие зависимости (${others})`,
};
