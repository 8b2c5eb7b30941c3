import HavreCodec
import HavreSecrets

/// The style of the page and the policy that allows this style and no other.
struct PageStyle: Sendable {
    let css: String
    /// The value of `Content-Security-Policy`.
    let policy: String

    static let shared: PageStyle = {
        do throws(CodecError) { return PageStyle(try EmbeddedFiles.bytes("page.css")) } catch {
            // The file is part of the program and read by every test run.
            preconditionFailure("page: \(error.field): \(error.rule)")
        }
    }()

    private init(_ bytes: [UInt8]) {
        css = String(decoding: bytes, as: UTF8.self)
        let digest = Base64.standard(Hash.sha256(Array(css.utf8)).bytes, padded: true)
        // `file:` beside 'self': a page opened from a folder has no origin of its own in some browsers.
        policy =
            "default-src 'none'; style-src 'sha256-\(digest)'; img-src 'self' file:; base-uri 'none'; "
            + "form-action 'none'"
    }
}

/// Shows a picture the way it was held, although what said so was taken out of it.
enum PageImage {
    /// An `img`, or for a turned picture an `svg` around it; `file` and `alt` are escaped already.
    static func markup(file: String, alt: String, _ picture: Derivative) -> String {
        let (width, height) = (picture.width, picture.height)
        guard let matrix = matrix(picture.orientation, width, height) else {
            return "<img src=\"\(file)\" alt=\"\(alt)\" width=\"\(width)\" height=\"\(height)\">"
        }
        let isOnItsSide = picture.orientation >= 5
        let (across, down) = isOnItsSide ? (height, width) : (width, height)
        return """
            <svg role="img" aria-label="\(alt)" viewBox="0 0 \(across) \(down)" width="\(across)" height="\(down)">\
            <image href="\(file)" width="\(width)" height="\(height)" transform="matrix(\(matrix))"/></svg>
            """
    }

    /// The matrix that turns and mirrors as EXIF 2.32 counts orientations, nil when the picture stands upright.
    private static func matrix(_ orientation: Int, _ width: Int, _ height: Int) -> String? {
        switch orientation {
        case 2: "-1 0 0 1 \(width) 0"
        case 3: "-1 0 0 -1 \(width) \(height)"
        case 4: "1 0 0 -1 0 \(height)"
        case 5: "0 1 1 0 0 0"
        case 6: "0 1 -1 0 \(height) 0"
        case 7: "0 -1 -1 0 \(height) \(width)"
        case 8: "0 -1 1 0 0 \(width)"
        default: nil
        }
    }
}
