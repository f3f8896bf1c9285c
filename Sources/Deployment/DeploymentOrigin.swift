/// Where a deployment gets its updates from: the `[origin]` group of its origin file (ostree-admin(1), rpm-ostree).
public enum DeploymentOrigin: Sendable, Equatable, Codable {
    /// A ref of a remote; of the local repository where there is no remote.
    case ref(String, remote: String?)
    /// A container image, `ostree-unverified-registry:…` or another ostree-container reference.
    case container(imageReference: String)

    /// The origin file's text.
    public var text: String {
        switch self {
        case .ref(let ref, let remote):
            "[origin]\nrefspec=\(remote.map { "\($0):" } ?? "")\(ref)\n"
        case .container(let reference):
            "[origin]\ncontainer-image-reference=\(reference)\n"
        }
    }
}
