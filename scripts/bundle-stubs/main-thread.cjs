exports.isMainThread = true;
