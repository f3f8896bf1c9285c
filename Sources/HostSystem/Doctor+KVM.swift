extension Doctor {
    /// What guests run under on this machine, by the probe that the test runner uses, too.
    public static func kvm(_ probe: KVMProbe = KVMProbe()) async -> HostFinding {
        do {
            let choice = try await probe.choose()
            guard choice.accelerator == .tcg else { return HostFinding(name: "kvm", state: .ok, detail: choice.reason) }
            return HostFinding(
                name: "kvm", state: .warning, detail: "\(choice.reason); guests run under TCG, about ten times slower",
                remedy: "give this user or container a /dev/kvm that works; nothing needs it but speed")
        } catch {
            return HostFinding(
                name: "kvm", state: .missing, detail: "\(error)", remedy: "apt-get install qemu-system-x86")
        }
    }
}
