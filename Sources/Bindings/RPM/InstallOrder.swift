import CRPM

/// The order in which librpm would install packages.
public enum InstallOrder {
    /// Positions into `headers` in dependency order (`rpmtsOrder`); equal input gives equal output.
    ///
    /// - Throws: ``RPMError`` where librpm refuses a header.
    public static func of(_ headers: [PackageHeader]) throws(RPMError) -> [Int] {
        try RPMLibrary.configure()
        guard let set = rpmtsCreate() else { throw RPMError(operation: "order packages", message: "out of memory") }
        defer { rpmtsFree(set) }
        // Keys are only compared and handed back; position + 1 keeps the first from being NULL.
        for (index, header) in headers.enumerated() {
            let key = UnsafeRawPointer(bitPattern: index + 1)
            guard rpmtsAddInstallElement(set, header.pointer, key, 0, nil) == 0 else {
                throw RPMError(
                    operation: "order \(header.nevra)",
                    message: RPMLibrary.takeMessages() ?? "librpm refused its header")
            }
        }
        guard rpmtsOrder(set) == 0 else {
            throw RPMError(
                operation: "order packages", message: RPMLibrary.takeMessages() ?? "their dependencies cannot be sorted"
            )
        }
        return (0..<rpmtsNElements(set)).compactMap { position in
            rpmteKey(rpmtsElement(set, position)).map { Int(bitPattern: $0) - 1 }
        }
    }
}
