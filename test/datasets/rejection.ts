/** What a promise is rejected with; an error of its own if it is not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) {
      return error;
    }
    throw new Error(`rejection: the reason must be an Error; got ${error}`, {cause: error});
  }
  throw new Error('rejection: the promise must reject; it was fulfilled');
}
