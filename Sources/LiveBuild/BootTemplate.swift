import Foundation

/// A boot loader's configuration for a live image, in which the kernel arguments and the place to change them are filled
/// in (`live/EFI/<vendor>/grub.cfg`, `live/isolinux/isolinux.cfg` of a configuration).
struct BootTemplate {
    /// Where the arguments go.
    static let arguments = "@@KERNEL-ARGS@@"
    /// What the line after the arguments ends with; before it are signs `#`, the room for more arguments.
    static let mark = "# COREOS_KARG_EMBED_AREA\n"

    /// Its path in the image.
    let path: String
    /// Its text.
    let text: String

    /// The configuration with its area.
    struct Filled: Equatable {
        /// The text.
        let text: String
        /// What is in the area.
        let arguments: String
        /// Where the area begins, in bytes.
        let offset: Int
        /// The area's size in bytes.
        let size: Int
    }

    /// Fills in the arguments.
    ///
    /// The area begins with the arguments and ends before ``mark``: what follows the arguments on their line is part of
    /// it, and the room after them is as the template has it (osbuild, stages/org.osbuild.coreos.live-artifacts.mono).
    ///
    /// - Parameter arguments: the kernel arguments.
    /// - Throws: ``LiveBuildError`` where the template has no place for them.
    func filled(_ arguments: String) throws(LiveBuildError) -> Filled {
        let parts = text.components(separatedBy: Self.arguments)
        guard parts.count == 2 else {
            throw .template(path, reason: "\(Self.arguments) must be there once; it is there \(parts.count - 1) times")
        }
        let area = parts[1].components(separatedBy: Self.mark)
        guard area.count == 2, let line = area[0].firstIndex(of: "\n"),
            case let room = area[0][area[0].index(after: line)...], room.allSatisfy({ $0 == "#" })
        else {
            throw .template(
                path, reason: "the line after \(Self.arguments) must be signs #, then \(Self.mark.dropLast())")
        }
        let whole = arguments + area[0][..<line]
        return Filled(
            text: parts[0] + arguments + parts[1], arguments: whole.trimmingCharacters(in: .whitespaces),
            offset: parts[0].utf8.count, size: whole.utf8.count + 1 + room.utf8.count)
    }
}
