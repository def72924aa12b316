// Of undici, the parts that are imported: without fetch, mocks, caches, WebSocket and proxies.

import api from "../../node_modules/undici/lib/api/index.js";
import Dispatcher from "../../node_modules/undici/lib/dispatcher/dispatcher.js";

// As undici's own index does: it gives every dispatcher its `request`.
Object.assign(Dispatcher.prototype, api);

export { default as buildConnector } from "../../node_modules/undici/lib/core/connect.js";
export { default as errors } from "../../node_modules/undici/lib/core/errors.js";
export { default as Agent } from "../../node_modules/undici/lib/dispatcher/agent.js";
export { default as Client } from "../../node_modules/undici/lib/dispatcher/client.js";
export { default as Pool } from "../../node_modules/undici/lib/dispatcher/pool.js";
