import HostSystem
import SystemPackage

/// How an image is imported.
public struct ImportOptions: Sendable {
    /// What becomes of files outside of `/usr`, `/etc` and `/var` that container layers bring: a booted system shows them
    /// only where its root is composefs or transient.
    public enum OtherPaths: Sendable {
        /// Kept for plain images and where the tree's `prepare-root.conf` enables composefs or a transient root.
        case automatic
        /// Always kept.
        case keep
        /// Dropped; ``ImportedCommit/droppedPaths`` says which.
        case drop
    }

    /// A name under which the image and its layers are remembered, by refs `ostree/container/…` as ostree-ext has them, so
    /// that a later import reads only what changed. Nil remembers nothing; what is remembered is used all the same.
    public var reference: String?
    /// The processor that the image must be for, in RPM's or OCI's words; nil for any.
    public var architecture: String?
    /// Files outside of `/usr`, `/etc` and `/var`.
    public var otherPaths: OtherPaths = .automatic
    /// How registries are reached.
    public var registry = RegistryOptions()

    /// Remembers nothing, and takes the image for this machine.
    public init(reference: String? = nil, architecture: String? = OCIArchitecture.current) {
        self.reference = reference
        self.architecture = architecture
    }
}
