// An agent of nothing: every call goes through undici.
exports.Agent = class Agent {};
