// For the development server of Vite 5 to 7. Vite 8, and every build, works without this line.
export default { optimizeDeps: { exclude: ["handful"] } };
