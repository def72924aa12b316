// Of telegraf, the class that is subclassed and its middleware: without its sessions, its scenes and its polling.

import errorModule from "../../node_modules/telegraf/lib/core/network/error.js";

export { Composer } from "../../node_modules/telegraf/lib/composer.js";
export { Context } from "../../node_modules/telegraf/lib/context.js";
export { Telegram } from "../../node_modules/telegraf/lib/telegram.js";
// It is compiled from a module: its default is a property of what is required.
export const TelegramError = errorModule.default;
