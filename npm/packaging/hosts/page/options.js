// Most tools find the package's files by themselves.
export const options = {};
