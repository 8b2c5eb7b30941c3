import TestSupport

/// The pictures and the letter that the sample people carry, drawn by the project. Each hides what real files
/// hide: a position, a date, a description with a canary, a thumbnail.
enum Drawings {
    /// The files of `Sources/CData/files/samples`, by name.
    static var all: [(name: String, bytes: [UInt8])] {
        [
            ("carnet.jpg", notebook), ("messages.png", messages), ("maison.jpg", house),
            ("certificat.pdf", letter),
        ]
    }

    /// Far out at sea, west of Brittany: nobody lives there.
    static let notebookPosition = Metadata.Position(latitude: (48, 2, 5117), longitude: (8, 43, 2903))
    static let messagesPosition = Metadata.Position(latitude: (47, 31, 4409), longitude: (9, 12, 1757))
    static let housePosition = Metadata.Position(latitude: (46, 58, 3361), longitude: (8, 7, 5519))

    /// An exercise book with sums, on a table.
    static var notebook: [UInt8] {
        var canvas = Canvas(width: 320, height: 240, (146, 104, 66))
        for y in stride(from: 0, to: 240, by: 24) {
            canvas.fill(x: 0, y: y, width: 320, height: 2, (128, 88, 54))
        }
        canvas.fill(x: 62, y: 22, width: 206, height: 204, (70, 46, 28))
        canvas.fill(x: 56, y: 16, width: 206, height: 204, (38, 72, 148))
        canvas.fill(x: 66, y: 22, width: 190, height: 192, (238, 236, 226))
        for line in 0..<11 {
            let y = 38 + line * 16
            canvas.fill(x: 66, y: y, width: 190, height: 1, (160, 184, 214))
        }
        canvas.fill(x: 92, y: 22, width: 1, height: 192, (206, 120, 120))
        let sums = ["120", "80", "150", "95", "110", "60", "140", "75", "130"]
        for (line, sum) in sums.enumerated() {
            let y = 36 + line * 16
            canvas.number("\(line + 3)/11", x: 69, y: y - 6, scale: 1, (44, 52, 110))
            canvas.scribble(x: 100, y: y, length: 84, seed: UInt64(line) * 977 + 5, (44, 52, 110))
            canvas.number(sum, x: 212, y: y - 10, scale: 2, (44, 52, 110))
        }
        canvas.number("45000", x: 180, y: 190, scale: 3, (150, 30, 36))
        canvas.fill(x: 176, y: 210, width: 66, height: 2, (150, 30, 36))
        canvas.disc(x: 300, y: 208, radius: 44, (104, 70, 42))
        canvas.disc(x: 298, y: 206, radius: 40, (226, 222, 214))
        canvas.disc(x: 298, y: 206, radius: 31, (92, 58, 34))
        canvas.grain(seed: 11, strength: 4)
        return photograph(
            canvas, note: "HAVRE-CANARY-CARNET prise avant le départ", date: "2024:02:08 23:41:07",
            position: notebookPosition)
    }

    /// A house under a mountain, as an aunt might send it.
    static var house: [UInt8] {
        var canvas = Canvas(width: 320, height: 240, (0, 0, 0))
        canvas.shade(x: 0, y: 0, width: 320, height: 150, from: (126, 168, 214), to: (222, 228, 232))
        canvas.peak(x: 84, y: 34, height: 126, slope: 20, (122, 132, 148))
        canvas.peak(x: 84, y: 34, height: 30, slope: 20, (240, 242, 246))
        canvas.peak(x: 226, y: 56, height: 104, slope: 24, (104, 116, 130))
        canvas.peak(x: 226, y: 56, height: 18, slope: 24, (236, 238, 244))
        canvas.shade(x: 0, y: 148, width: 320, height: 92, from: (112, 138, 82), to: (78, 104, 58))
        canvas.peak(x: 172, y: 104, height: 40, slope: 30, (138, 62, 46))
        canvas.fill(x: 108, y: 144, width: 128, height: 60, (214, 200, 172))
        canvas.fill(x: 160, y: 164, width: 24, height: 40, (96, 62, 40))
        for x in [120, 136, 196, 212] { canvas.fill(x: x, y: 156, width: 12, height: 18, (92, 124, 150)) }
        for post in 0..<18 { canvas.fill(x: post * 19, y: 196, width: 4, height: 22, (150, 118, 84)) }
        canvas.fill(x: 0, y: 202, width: 320, height: 3, (150, 118, 84))
        canvas.disc(x: 276, y: 156, radius: 26, (74, 110, 62))
        canvas.fill(x: 273, y: 172, width: 7, height: 34, (86, 62, 42))
        canvas.grain(seed: 23, strength: 4)
        return photograph(
            canvas, note: "HAVRE-CANARY-MAISON la maison de la tante", date: "2025:10:19 11:05:52",
            position: housePosition)
    }

    /// A conversation on a telephone, kept as a picture of its screen.
    static var messages: [UInt8] {
        var canvas = Canvas(width: 200, height: 260, (232, 236, 232))
        canvas.fill(x: 0, y: 0, width: 200, height: 28, (24, 92, 84))
        canvas.disc(x: 18, y: 14, radius: 9, (196, 206, 204))
        canvas.scribble(x: 36, y: 17, length: 70, seed: 3, (250, 250, 250))
        let bubbles: [(left: Bool, lines: Int)] = [(true, 2), (true, 1), (false, 1), (true, 3), (true, 2)]
        var y = 38
        for (index, bubble) in bubbles.enumerated() {
            let height = bubble.lines * 12 + 14
            let x = bubble.left ? 10 : 70
            canvas.fill(
                x: x, y: y, width: 120, height: height, bubble.left ? (255, 255, 255) : (206, 238, 196))
            for line in 0..<bubble.lines {
                canvas.scribble(
                    x: x + 8, y: y + 12 + line * 12, length: line == bubble.lines - 1 ? 60 : 104,
                    seed: UInt64(index * 7 + line + 1), (52, 56, 58))
            }
            canvas.number("2\(index)-1\(index)", x: x + 98, y: y + height - 7, scale: 1, (140, 146, 144))
            y += height + 8
        }
        canvas.fill(x: 10, y: 232, width: 180, height: 20, (255, 255, 255))
        let note = "HAVRE-CANARY-MESSAGES capture du téléphone"
        let tiff = Metadata.tiff(
            description: note, date: "2024:03:02 20:14:33", position: messagesPosition)
        let xmp = Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0] + Metadata.xmpPacket(note)
        return PNGEncoder.encode(
            canvas,
            before: [
                PNGEncoder.chunk("eXIf", tiff),
                PNGEncoder.chunk("tIME", [0x07, 0xE8, 3, 2, 20, 14, 33]),
            ],
            after: [
                PNGEncoder.chunk("tEXt", Array("Comment".utf8) + [0] + Array("HAVRE-CANARY-MESSAGES".utf8)),
                PNGEncoder.chunk("iTXt", xmp),
            ])
    }

    /// A letter of a doctor, with an author in its properties.
    static var letter: [UInt8] {
        PDFWriter.page(
            title: "Certificat médical",
            lines: [
                "Dispensaire des Trois-Fontaines", "",
                "Je soussignée, docteure en médecine générale, certifie avoir examiné ce jour,",
                "à sa demande et avec son accord, la personne qui m'est adressée par l'association.", "",
                "Elle décrit des douleurs du dos et des poignets, présentes depuis 2021, qu'elle met",
                "en rapport avec le port de charges et de longues journées de travail.",
                "L'examen est compatible avec ces déclarations.", "",
                "Le repos est insuffisant ; un suivi est proposé et accepté.",
                "Une consultation avec une psychologue est prévue.", "",
                "Certificat remis en main propre à l'intéressée pour faire valoir ce que de droit.", "",
                "Fait le 22 janvier 2024.",
            ],
            information: [
                ("Title", "Certificat"), ("Author", "HAVRE-CANARY-CERTIFICAT Dr Anne-Lise Keller"),
                ("Creator", "Havre sample writer"), ("CreationDate", "D:20240122103000+01'00'"),
            ])
    }

    private static func photograph(
        _ canvas: Canvas, note: String, date: String, position: Metadata.Position
    ) -> [UInt8] {
        var small = Canvas(width: canvas.width / 8, height: canvas.height / 8, (0, 0, 0))
        for y in 0..<small.height {
            for x in 0..<small.width { small.set(x, y, canvas[x * 8 + 4, y * 8 + 4]) }
        }
        let tiff = Metadata.tiff(
            description: note, date: date, position: position,
            thumbnail: JPEGEncoder.encode(small, quality: 40))
        return JPEGEncoder.encode(
            canvas, quality: 55,
            segments: [
                Metadata.jfif, Metadata.exif(tiff), Metadata.xmp(note), Metadata.iptc(note),
                Metadata.comment(note),
            ])
    }
}
