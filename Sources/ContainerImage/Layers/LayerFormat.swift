/// The versions of the ostree-container layer layout. Importers accept both.
public enum LayerFormat: Int, Sendable, Codable {
    /// Layers name no parent directories of the files that they hold; those of the commit's layer count.
    case sparse = 1
    /// Each layer repeats the parent directories of its files with their owners and modes, so that a container runtime
    /// shows the same modification times whichever layers it unpacks anew.
    case complete = 2
}
