/// A small RGB raster to draw the project's own pictures on; 8 bits a channel, rows from the top.
public struct Canvas: Sendable {
    /// One colour, 8 bits a channel.
    public typealias Colour = (red: UInt8, green: UInt8, blue: UInt8)

    /// Points across.
    public let width: Int
    /// Points down.
    public let height: Int
    /// `width * height * 3` bytes, red first.
    public private(set) var pixels: [UInt8]

    /// A canvas filled with one colour.
    public init(width: Int, height: Int, _ colour: Colour) {
        self.width = width
        self.height = height
        pixels = []
        pixels.reserveCapacity(width * height * 3)
        for _ in 0..<(width * height) { pixels += [colour.red, colour.green, colour.blue] }
    }

    /// The colour at a point inside the canvas.
    public subscript(x: Int, y: Int) -> Colour {
        let i = (y * width + x) * 3
        return (pixels[i], pixels[i + 1], pixels[i + 2])
    }

    /// Sets one point; points outside are ignored.
    public mutating func set(_ x: Int, _ y: Int, _ colour: Colour) {
        guard x >= 0, y >= 0, x < width, y < height else { return }
        let i = (y * width + x) * 3
        pixels[i] = colour.red
        pixels[i + 1] = colour.green
        pixels[i + 2] = colour.blue
    }

    /// Fills a rectangle.
    public mutating func fill(x: Int, y: Int, width: Int, height: Int, _ colour: Colour) {
        for row in y..<(y + height) { for column in x..<(x + width) { set(column, row, colour) } }
    }

    /// Fills a rectangle from one colour at its top to another at its bottom.
    public mutating func shade(x: Int, y: Int, width: Int, height: Int, from top: Colour, to bottom: Colour) {
        func mix(_ a: UInt8, _ b: UInt8, _ row: Int) -> UInt8 {
            UInt8((Int(a) * (height - 1 - row) + Int(b) * row) / max(height - 1, 1))
        }
        for row in 0..<height {
            let colour = (
                red: mix(top.red, bottom.red, row), green: mix(top.green, bottom.green, row),
                blue: mix(top.blue, bottom.blue, row)
            )
            fill(x: x, y: y + row, width: width, height: 1, colour)
        }
    }

    /// Fills a disc.
    public mutating func disc(x: Int, y: Int, radius: Int, _ colour: Colour) {
        for dy in -radius...radius {
            for dx in -radius...radius where dx * dx + dy * dy <= radius * radius {
                set(x + dx, y + dy, colour)
            }
        }
    }

    /// Fills a triangle standing on its base: its tip at (x, y), `height` rows, `slope` sixteenths of a point
    /// wider on each side a row.
    public mutating func peak(x: Int, y: Int, height: Int, slope: Int, _ colour: Colour) {
        for row in 0..<height {
            let reach = row * slope / 16
            fill(x: x - reach, y: y + row, width: 2 * reach + 1, height: 1, colour)
        }
    }

    /// Makes every point a little lighter or darker, as film or a small sensor does; the same every time.
    public mutating func grain(seed: UInt64, strength: Int) {
        var state = seed
        for i in 0..<(width * height) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let change = Int(state >> 40) % (2 * strength + 1) - strength
            for channel in 0..<3 {
                pixels[3 * i + channel] = UInt8(clamping: Int(pixels[3 * i + channel]) + change)
            }
        }
    }

    /// Draws strokes of uneven length that look like a line of handwriting from afar.
    public mutating func scribble(x: Int, y: Int, length: Int, seed: UInt64, _ colour: Colour) {
        var state = seed
        var at = x
        while at < x + length {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let word = 6 + Int(state >> 58) / 3
            for step in 0..<word where at + step < x + length {
                let wave = Int((state >> (UInt64(step) % 48)) & 3)
                set(at + step, y - wave, colour)
                set(at + step, y - wave + 1, colour)
            }
            at += word + 4
        }
    }

    /// Draws a number with a 3 by 5 face, each point `scale` wide; a space is left blank.
    public mutating func number(_ text: String, x: Int, y: Int, scale: Int, _ colour: Colour) {
        // One octal digit a row of the face: bits 4, 2, 1 from the left.
        let face: [Character: [Int]] = [
            "0": [7, 5, 5, 5, 7], "1": [2, 6, 2, 2, 7], "2": [7, 1, 7, 4, 7], "3": [7, 1, 3, 1, 7],
            "4": [5, 5, 7, 1, 1], "5": [7, 4, 7, 1, 7], "6": [7, 4, 7, 5, 7], "7": [7, 1, 2, 2, 2],
            "8": [7, 5, 7, 5, 7], "9": [7, 5, 7, 1, 7], "-": [0, 0, 7, 0, 0], "/": [1, 1, 2, 4, 4],
        ]
        for (place, digit) in text.enumerated() {
            for (row, bits) in (face[digit] ?? []).enumerated() {
                for column in 0..<3 where bits & (4 >> column) != 0 {
                    fill(
                        x: x + (place * 4 + column) * scale, y: y + row * scale, width: scale, height: scale,
                        colour)
                }
            }
        }
    }
}
