/// A PDF 1.4 writer (ISO 32000-1) for one A4 page of plain text, enough to make letters of our own.
public enum PDFWriter {
    /// One page in Helvetica, WinAnsi; `information` fills the document's Info dictionary.
    /// Characters beyond Latin-1 are refused by a precondition: the samples are ours.
    public static func page(title: String, lines: [String], information: [(key: String, value: String)])
        -> [UInt8]
    {
        var content = latin("BT /F2 16 Tf 64 770 Td (\(escaped(title))) Tj ET\n")
        content += latin("BT /F1 11 Tf 64 735 Td 16 TL\n")
        for line in lines { content += latin("(\(escaped(line))) Tj T*\n") }
        content += latin("ET\n")
        let information = information.map { "/\($0.key) (\(escaped($0.value)))" }.joined(separator: " ")
        let objects: [[UInt8]] = [
            latin("<< /Type /Catalog /Pages 2 0 R >>"),
            latin("<< /Type /Pages /Kids [3 0 R] /Count 1 >>"),
            latin(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
                    + "/Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>"),
            latin("<< /Length \(content.count) >>\nstream\n") + content + latin("endstream"),
            latin("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"),
            latin("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>"),
            latin("<< \(information) >>"),
        ]
        var bytes = latin("%PDF-1.4\n%") + [0xE2, 0xE3, 0xCF, 0xD3, 0x0A]
        var offsets: [Int] = []
        for (index, object) in objects.enumerated() {
            offsets.append(bytes.count)
            bytes += latin("\(index + 1) 0 obj\n") + object + latin("\nendobj\n")
        }
        let start = bytes.count
        bytes += latin("xref\n0 \(objects.count + 1)\n0000000000 65535 f \n")
        for offset in offsets {
            let digits = String(offset)
            bytes += latin(String(repeating: "0", count: 10 - digits.count) + digits + " 00000 n \n")
        }
        bytes += latin("trailer\n<< /Size \(objects.count + 1) /Root 1 0 R /Info \(objects.count) 0 R >>\n")
        return bytes + latin("startxref\n\(start)\n%%EOF\n")
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { $0 += "()\\".contains($1) ? "\\\($1)" : String($1) }
    }

    private static func latin(_ text: String) -> [UInt8] {
        text.unicodeScalars.map {
            precondition($0.value < 256, "beyond Latin-1")
            return UInt8($0.value)
        }
    }
}
