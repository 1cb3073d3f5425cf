declare module 'words:table' {
  const table: Record<string, string[]>;
  export default table;
}
