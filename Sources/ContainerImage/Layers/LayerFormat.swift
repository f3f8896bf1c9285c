/// The layouts of an image's layers.
public enum LayerFormat: String, Sendable, Codable, CaseIterable {
    /// ostree-container format 1: layers name no parent directories of the files that they hold; those of the commit's
    /// layer count.
    case sparse = "1"
    /// ostree-container format 2: each layer repeats the parent directories of its files with their owners and modes, so
    /// that a container runtime shows the same modification times whichever layers it unpacks anew.
    case complete = "2"
    /// Files and directories and nothing of OSTree, as bootc takes them since 1.1.3.
    case plain

    /// Whether the layers hold the commit's objects.
    var hasObjects: Bool { self != .plain }

    /// The annotation of a layer that lists the names of its components, as ostree-ext and chunkah call it.
    var componentsAnnotation: String { hasObjects ? "ostree.components" : "org.chunkah.component" }
}
