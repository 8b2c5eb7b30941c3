import HavreCodec
import HavreSystem
import HavreWire

/// The person's own editor, on a file that exists only in memory and has no name anywhere (memfd).
///
/// Editors that are known are told to keep no copies: no swap file, no backup, no history. An unknown one may.
struct Editor {
    let desk: Desk

    private static let byteCountMax = 1 << 20

    /// Chooses the editor as POSIX programs do, and adds what keeps it from leaving copies. The file is descriptor 3.
    private static let script = """
        editor=${VISUAL:-${EDITOR:-}}
        if [ -z "$editor" ]; then
            for editor in nano vim vi; do command -v "$editor" >/dev/null 2>&1 && break; done
        fi
        program=${editor%% *}
        command -v "$program" >/dev/null 2>&1 || exit 127
        case $(basename "$(readlink -f "$(command -v "$program")")") in
        vim*|nvim*) options="-n -i NONE --cmd 'set nobackup nowritebackup noundofile noswapfile'" ;;
        nano*) options=-R ;;
        emacs*) options="-nw --eval '(setq auto-save-default nil make-backup-files nil create-lockfiles nil)'" ;;
        *) options= ;;
        esac
        eval "exec $editor $options /proc/self/fd/3"
        """

    /// Lets her edit a text.
    /// - Returns: The text as she left it, without empty lines at its end.
    func edit(_ text: String) throws(Failure) -> String {
        do throws(SystemError) {
            let file = SharedDescriptor(try MemoryFile(named: "havre").take())
            let isWhole = text.isEmpty || text.hasSuffix("\n")
            try file.descriptor.write([UInt8]((isWhole ? text : text + "\n").utf8))
            let status = try desk.world.runWith(["sh", "-c", Self.script], file)
            guard status == 0 else { throw SystemError("editor", SystemError.cancelled) }
            let size = try file.descriptor.statSize()
            guard size <= UInt64(Self.byteCountMax) else { throw SystemError("editor", SystemError.tooBig) }
            let bytes = try file.descriptor.read(count: Int(size), at: 0)
            guard let saved = String(validating: bytes, as: UTF8.self) else {
                throw SystemError("editor", SystemError.badMessage)
            }
            // Some editors end lines as Windows does.
            var edited = Text.lineFeeds(saved)
            while edited.last?.isNewline == true { edited.removeLast() }
            return edited
        } catch {
            switch error.code {
            case SystemError.tooBig: throw .usage("usage.fileTooBig")
            case SystemError.badMessage: throw .usage("usage.notText")
            case SystemError.cancelled: throw Failure(.usage, "usage.editor", next: "next.editor")
            default: throw Screen.failure(error)
            }
        }
    }

    /// Runs the shell at the terminal, the file as its descriptor 3.
    static func run(_ arguments: [String], _ file: SharedDescriptor) throws(SystemError) -> Int32 {
        var descriptors: [SharedDescriptor] = []
        for number in Int32(0)...2 {
            descriptors.append(
                try Lent.use(number) { standard throws(SystemError) in
                    SharedDescriptor(try standard.duplicate())
                })
        }
        return try Child("/bin/sh", arguments, descriptors: descriptors + [file]).wait()
    }
}
