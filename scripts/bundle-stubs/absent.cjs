// Stands for a package whose code paths the watchdog never takes; taking one says so.
module.exports = new Proxy(
  {},
  {
    get(_target, name) {
      return function absent() {
        throw new Error(`"${String(name)}" belongs to a package that is left out of the bundle (scripts/bundle.ts)`);
      };
    },
  },
);
