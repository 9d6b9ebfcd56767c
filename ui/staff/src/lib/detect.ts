/** Finding a QR symbol in a picture: by the browser where it can, else by a library that is fetched only where it is needed. */

interface Detector {
  detect: (source: ImageBitmapSource) => Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats: () => Promise<string[]>;
}

type Find = (source: HTMLVideoElement | ImageBitmap) => Promise<string | null>;

const SIDE_MAX = 1200;

async function ofBrowser(): Promise<Find | null> {
  const known = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (known === undefined) return null;
  const formats = await known.getSupportedFormats().catch((): string[] => []);
  if (!formats.includes('qr_code')) return null;
  const detector = new known({ formats: ['qr_code'] });
  return async (source) => (await detector.detect(source))[0]?.rawValue ?? null;
}

async function ofLibrary(): Promise<Find> {
  const { default: decode } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  return (source) => {
    const [width, height] =
      source instanceof HTMLVideoElement
        ? [source.videoWidth, source.videoHeight]
        : [source.width, source.height];
    if (pen === null || width === 0) return Promise.resolve(null);
    const scale = Math.min(1, SIDE_MAX / Math.max(width, height));
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    pen.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    try {
      return Promise.resolve(decode({ width: canvas.width, height: canvas.height, data }));
    } catch {
      // The library throws for a picture without a symbol, which most frames are.
      return Promise.resolve(null);
    }
  };
}

let finding: Promise<Find> | undefined;

/** Have at hand what finds symbols: a scanner without the network cannot fetch it any more. */
export async function prepareQr(): Promise<Find> {
  finding ??= ofBrowser().then((find) => find ?? ofLibrary());
  try {
    return await finding;
  } catch (error) {
    finding = undefined;
    throw error;
  }
}

/** Return what the symbol in a picture says, or null when there is none. */
export async function findQr(source: HTMLVideoElement | ImageBitmap): Promise<string | null> {
  const find = await prepareQr();
  return find(source);
}
