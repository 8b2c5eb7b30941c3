"""ristretto255 and edwards25519 in plain Python, after RFC 9496 and RFC 8032. Slow and plain: for checking only."""

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1)


def is_negative(x):
    return x % P & 1


def absolute(x):
    return -x % P if is_negative(x) else x % P


def sqrt_ratio(u, v):
    """RFC 9496 section 4.2: (was it a square, the root of u/v or of i*u/v, not negative)."""
    r = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    check = v * r * r % P
    if check in (-u % P, -u * SQRT_M1 % P):
        r = r * SQRT_M1 % P
    return check in (u % P, -u % P), absolute(r)


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    t = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + t, P - 2, P)
    y = (y1 * y2 + x1 * x2) * pow(1 - t, P - 2, P)
    return x % P, y % P


def times(n, a):
    out = IDENTITY
    while n:
        if n & 1:
            out = add(out, a)
        a = add(a, a)
        n >>= 1
    return out


def edwards_decode(data):
    """The point of 32 bytes, or None: not canonical, or not on the curve."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square, x = sqrt_ratio(y * y - 1, D * y * y + 1)
    if not square or (x == 0 and sign):
        return None
    return (x if is_negative(x) == sign else -x % P), y


def edwards_is_good(data):
    """Canonical, on the curve, of the prime-order group and not the identity."""
    point = edwards_decode(data)
    return point is not None and point != IDENTITY and times(L, point) == IDENTITY


def decode(data):
    """RFC 9496 section 4.3.1: the point of 32 bytes, or None."""
    s = int.from_bytes(data, "little")
    if s >= P or is_negative(s):
        return None
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-(D * u1 * u1) - u2 * u2) % P
    square, inverse = sqrt_ratio(1, v * u2 * u2)
    x = absolute(2 * s * inverse * u2)
    y = u1 * inverse * inverse * u2 * v % P
    if not square or is_negative(x * y) or y == 0:
        return None
    return x, y


def encode(point):
    """RFC 9496 section 4.3.2, with z = 1."""
    x, y = point
    u1, u2 = (1 + y) * (1 - y) % P, x * y % P
    _, inverse = sqrt_ratio(1, u1 * u2 * u2)
    one, two = inverse * u1 % P, inverse * u2 % P
    z = one * two * x * y % P
    if is_negative(x * y * z):
        # 1 / sqrt(a - d) with a = -1
        _, factor = sqrt_ratio(1, -1 - D)
        x, y, den = y * SQRT_M1 % P, x * SQRT_M1 % P, one * factor % P
    else:
        den = two
    if is_negative(x * z):
        y = -y % P
    return absolute(den * (1 - y)).to_bytes(32, "little")


GENERATOR = decode(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
