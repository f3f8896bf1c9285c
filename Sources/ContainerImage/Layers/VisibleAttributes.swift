import GLib
import LibArchive

extension Variant {
    /// Extended attributes of an object (`a(ayay)`) that container runtimes shall see: all but the SELinux label, which
    /// they set themselves.
    var visibleAttributes: [ArchiveEntry.ExtendedAttribute] {
        children.compactMap { attribute in
            let name = Self.attributeName(attribute)
            return name == "security.selinux" ? nil : .init(name: name, value: attribute[1].bytes ?? [])
        }
    }

    /// The text of one of the extended attributes of an object (`a(ayay)`); nil where it is absent or empty.
    func attribute(_ name: String) -> String? {
        guard let attribute = children.first(where: { Self.attributeName($0) == name }) else { return nil }
        let text = String(decoding: (attribute[1].bytes ?? []).prefix { $0 != 0 }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }

    private static func attributeName(_ attribute: Variant) -> String {
        String(decoding: (attribute[0].bytes ?? []).prefix { $0 != 0 }, as: UTF8.self)
    }
}
