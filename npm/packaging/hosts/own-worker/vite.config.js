// Workers that are modules may import the package and start a worker of their own.
export default { worker: { format: "es" } };
