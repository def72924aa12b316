// Of telegraf, the class that is subclassed and its middleware: without its sessions, its scenes and its polling.
export { Composer } from "../../node_modules/telegraf/lib/composer.js";
export { Context } from "../../node_modules/telegraf/lib/context.js";
export { default as TelegramError } from "../../node_modules/telegraf/lib/core/network/error.js";
export { Telegram } from "../../node_modules/telegraf/lib/telegram.js";
