// Of telegraf, the class that is subclassed: without its router, its sessions and its polling.
export { default as TelegramError } from "../../node_modules/telegraf/lib/core/network/error.js";
export { Telegram } from "../../node_modules/telegraf/lib/telegram.js";
