/** Hands a text to the browser's own downloads. */
export function saveText(fileName: string, mediaType: string, text: string): void {
  saveBlob(fileName, new Blob([text], { type: mediaType }));
}

/** Hands bytes that the browser holds to its downloads. */
export function saveBlob(fileName: string, blob: Blob): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // The browser reads it after the click; a minute is ample, and a blob of a file on disk costs nothing until then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
