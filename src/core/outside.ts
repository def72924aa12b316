/** Names that are never given to anything outside (RFC 6761, 6762, 8375; ICANN's .internal; what routers hand out). */
const INSIDE_NAMES = /(^|\.)(localhost|local|internal|lan|home|home\.arpa|test|invalid)$/;

/** The first bits of IPv4 addresses that are not routed outside (RFC 1122, 1918, 3927, 6598). */
const INSIDE_V4: readonly (readonly [first: number, bits: number])[] = [
  [0x00_00_00_00, 8],
  [0x0a_00_00_00, 8],
  [0x64_40_00_00, 10],
  [0x7f_00_00_00, 8],
  [0xa9_fe_00_00, 16],
  [0xac_10_00_00, 12],
  [0xc0_a8_00_00, 16],
];

/**
 * Whether what is reached under a host name or address lies outside this host and its own network: neither a container (a
 * name without a dot), nor a loopback, private or link-local address.
 *
 * @param hostname as a URL holds it: an IPv6 address in brackets
 */
export function isOutsideHost(hostname: string): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, "");
  const v6 = /^\[(.*)\]$/.exec(host)?.[1];
  if (v6 !== undefined) return isOutsideV6(v6);
  const v4 = addressOf(host);
  if (v4 !== undefined) return isOutsideV4(v4);
  return host.includes(".") && !INSIDE_NAMES.test(host);
}

function addressOf(host: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host)?.slice(1).map(Number);
  return parts?.reduce((address, part) => address * 256 + part, 0);
}

function isOutsideV4(address: number): boolean {
  return !INSIDE_V4.some(([first, bits]) => Math.floor((address - first) / 2 ** (32 - bits)) === 0);
}

/** Loopback, unspecified, unique local (fc00::/7), link-local (fe80::/10), and what stands for an IPv4 address. */
function isOutsideV6(address: string): boolean {
  const [, high, low] = /^::ffff:(?:([0-9a-f]{1,4}):([0-9a-f]{1,4}))$/.exec(address) ?? [];
  if (high !== undefined && low !== undefined) {
    return isOutsideV4(Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16));
  }
  return !/^(::1?$|f[cd]|fe[89ab])/.test(address);
}
