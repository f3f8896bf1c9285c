import Foundation
import HostSystem

/// What `cosa doctor` says about hardware virtualisation.
enum KVMFinding {
    /// Looks whether the device can be opened. That is necessary for KVM, and not sufficient.
    static func probe() -> HostFinding {
        let usable = access("/dev/kvm", R_OK | W_OK) == 0
        return HostFinding(
            name: "kvm", state: usable ? .ok : .warning,
            detail: usable
                ? "/dev/kvm opens; a guest decides whether it works"
                : "/dev/kvm does not open; guests run under TCG, about ten times slower",
            remedy: usable ? nil : "give this user or container the device /dev/kvm")
    }
}
