/** Amounts of money: the wire counts them in minor units. */

// ISO 4217 says how many minor units make one. Browsers say how many are usually written, which for some currencies is fewer.
const WITHOUT_MINOR = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const WITH_THREE = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

/** How many digits stand behind the point of a currency's amounts, by ISO 4217 as the server counts them. */
export const minorDigits = (currency: string): number => (WITHOUT_MINOR.has(currency) ? 0 : WITH_THREE.has(currency) ? 3 : 2);

/** The reader's own way with numbers, where it is one of the page's language: 30.000 in Bogotá is 30,000 in Mexico City. */
function regional(locale: string): string {
  const [language] = locale.split('-');
  return globalThis.navigator?.languages?.find((each) => each.startsWith(`${language}-`)) ?? locale;
}

/** An amount in minor units as people write it; `locale` may be a language alone. */
export function money(minor: number, currency: string, locale: string): string {
  const digits = minorDigits(currency);
  const amount = minor / 10 ** digits;
  const written = Number.isInteger(amount) ? 0 : digits;
  return new Intl.NumberFormat(regional(locale), {
    style: 'currency',
    currency,
    minimumFractionDigits: written,
    maximumFractionDigits: written,
  }).format(amount);
}
