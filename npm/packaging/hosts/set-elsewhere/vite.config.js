// Named ahead: the development server finds what only a shared worker imports late, and then loads the page anew.
export default { optimizeDeps: { include: ["handful/core"] } };
