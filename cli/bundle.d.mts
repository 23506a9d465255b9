export function bundle(program: string, name: string): Promise<string>;
