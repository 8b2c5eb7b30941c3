import TestSupport

/// Pictures with everything that telephones hide in them, drawn here.
enum Pictures {
    /// The text planted wherever a picture can hold one.
    static let canary = "CANARY-OF-THE-PICTURE"
    static let position = Metadata.Position(latitude: (48, 2, 5117), longitude: (8, 43, 2903))

    /// A small drawing of few colours; `odd` makes its sides no multiple of a block.
    static func canvas(odd: Bool = false) -> Canvas {
        var canvas = Canvas(width: odd ? 43 : 48, height: odd ? 29 : 32, (220, 216, 200))
        canvas.disc(x: 20, y: 15, radius: 9, (40, 90, 160))
        canvas.fill(x: 4, y: 22, width: 30, height: 4, (160, 40, 40))
        return canvas
    }

    /// A JPEG with EXIF (position, thumbnail), XMP, IPTC, a comment and bytes after its end.
    static func jpeg(odd: Bool = false, restartInterval: Int = 0) -> [UInt8] {
        JPEGEncoder.encode(
            canvas(odd: odd), segments: [Metadata.jfif] + hidingSegments, restartInterval: restartInterval)
            + Array("after the end \(canary)".utf8)
    }

    /// The same drawing with nothing hidden.
    static func plainJPEG(odd: Bool = false, restartInterval: Int = 0) -> [UInt8] {
        JPEGEncoder.encode(canvas(odd: odd), segments: [ourJFIF], restartInterval: restartInterval)
    }

    static var hidingSegments: [[UInt8]] {
        let thumbnail = JPEGEncoder.encode(
            Canvas(width: 16, height: 8, (9, 9, 9)), segments: [Metadata.comment(canary)])
        let tiff = Metadata.tiff(
            description: canary, date: "2026:01:02 03:04:05", position: position, thumbnail: thumbnail)
        return [
            Metadata.exif(tiff), Metadata.xmp(canary), Metadata.iptc(canary), Metadata.comment(canary),
            JPEGEncoder.segment(0xE2, Array("ICC_PROFILE\0".utf8) + Array(canary.utf8)),
            JPEGEncoder.segment(0xEF, Array(canary.utf8)),
        ]
    }

    /// The JFIF header that derivatives carry when the original had one.
    static let ourJFIF: [UInt8] = JPEGEncoder.segment(
        0xE0, Array("JFIF".utf8) + [0, 1, 2, 0, 0, 1, 0, 1, 0, 0])

    /// A PNG with eXIf, tEXt, zTXt, iTXt, tIME, a private chunk and a second file after its end.
    static func png() -> [UInt8] {
        let tiff = Metadata.tiff(description: canary, date: "2026:01:02 03:04:05", position: position)
        let text = Array("Comment".utf8) + [0] + Array(canary.utf8)
        return PNGEncoder.encode(
            canvas(),
            before: [
                PNGEncoder.chunk("eXIf", tiff), PNGEncoder.chunk("gAMA", [0, 0, 177, 143]),
                PNGEncoder.chunk(
                    "iCCP", Array("profile".utf8) + [0, 0] + PNGEncoder.stored(Array(canary.utf8))),
            ],
            after: [
                PNGEncoder.chunk("tEXt", text),
                PNGEncoder.chunk(
                    "zTXt", Array("Comment".utf8) + [0, 0] + PNGEncoder.stored(Array(canary.utf8))),
                PNGEncoder.chunk(
                    "iTXt", Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0] + Metadata.xmpPacket(canary)),
                PNGEncoder.chunk("tIME", [7, 0xEA, 1, 2, 3, 4, 5]),
                PNGEncoder.chunk("prVt", Array(canary.utf8)),
            ]) + PNGEncoder.encode(canvas(), after: [PNGEncoder.chunk("tEXt", text)])
    }

    /// The same drawing with nothing hidden.
    static func plainPNG() -> [UInt8] { PNGEncoder.encode(canvas()) }

    /// A progressive JPEG, subsampled, with optimised tables and a comment: a drawing of this project (the house
    /// of the samples, 40 by 24) put through libjpeg-turbo.
    static let progressive = """
        /9j/4AAQSkZJRgABAQAAAQABAAD//gAtSEFWUkUtQ0FOQVJZLU1BSVNPTiBsYSBtYWlzb24gZGUgbGEgdGFudGUgZf/bAEMA\
        FxARFBEOFxQSFBoYFxsiOSUiHx8iRjI1KTlSSFdVUUhQTltmg29bYXxiTlBym3N8h4uSlJJYbaCsn46qg4+Sjf/bAEMBGBoa\
        Ih4iQyUlQ41eUF6NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2Njf/CABEIABgAKAMB\
        IgACEQEDEQH/xAAYAAEAAwEAAAAAAAAAAAAAAAAAAgMEAf/EABcBAQEBAQAAAAAAAAAAAAAAAAECAAP/2gAMAwEAAhADEAAA\
        AdCjlToZ4jqZzNcjlXZG1ID/xAAZEAADAQEBAAAAAAAAAAAAAAAAARECECL/2gAIAQEAAQUCPJCE77IzO5xajeq3tNH/xAAX\
        EQADAQAAAAAAAAAAAAAAAAAAEBES/9oACAEDAQE/AYZIqv/EABcRAAMBAAAAAAAAAAAAAAAAAAAREiD/2gAIAQIBAT8BZQ8f\
        /8QAGxAAAQQDAAAAAAAAAAAAAAAAAAEQIDERIUH/2gAIAQEABj8CLlRtIJzBTf/EABwQAQACAwADAAAAAAAAAAAAAAEAERAh\
        MVFxkf/aAAgBAQABPyFA61HTRcOOn3BbbWd4XKrQqlBdETjZ4lwrHcNIbL9yoFIUT//aAAwDAQACAAMAAAAQV2x8h/8A/8QA\
        FxEBAQEBAAAAAAAAAAAAAAAAAREAEP/aAAgBAwEBPxAGUF4urn//xAAXEQADAQAAAAAAAAAAAAAAAAAAEBEB/9oACAECAQE/\
        EDGkqr//xAAcEAEBAQACAwEAAAAAAAAAAAABEQAhURBBYXH/2gAIAQEAAT8QgQrvEBW9mKKaOXB+PFeYOKoy6Moh+o5uEHvL\
        xfRp70kQiJlBCgH4yHn2rckW7//Z
        """
    /// A PNG of 24 by 16 whose points are compressed with codes of its own, put through zlib.
    static let deflated = """
        iVBORw0KGgoAAAANSUhEUgAAABgAAAAQBAMAAAD+CqKmAAAAMFBMVEXL0dStv9Ket9GQs9eNrM6em5N6lp57hZJ+gH1telpnd3hheEdd\
        b05ObUBTaUB7QzPkjyyWAAAAn0lEQVR4nE3HsQ7BUBSA4f+cXonNvYtVlcFotZvFwiwR3scisZoklj6CJxCRmCRll+beGDVak/Btnwz5\
        Mf4vCtXpG0nIcA6CBXFRaTUHLxYjc+C12sFStAZQ6wFrrzOAwSWA2SqAjFkAdeMIep1CNOnn6ly7lRb7wzvQMAkAVZPYHhWgSHmkZYls\
        IL6TZOjobBKgW3ai+PZUySx4VwkQPkC0LFzKBoVEAAAAAElFTkSuQmCC
        """
}
