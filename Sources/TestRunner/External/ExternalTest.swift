import SystemPackage

/// An executable that runs in the guest, with what lies beside it.
public struct ExternalTest: Sendable, Equatable {
    /// The executable, on the host.
    public let executable: FilePath
    /// Its folder `data/`; nil where there is none.
    public let data: FilePath?

    /// An external test.
    public init(executable: FilePath, data: FilePath?) {
        self.executable = executable
        self.data = data
    }

    /// The name of the executable.
    public var basename: String { executable.lastComponent?.string ?? "test" }
}
