import HostSystem
import VirtualMachine

extension RunOptions {
    /// What `test` needs of the host and of the run, and is not there; nil where all is.
    func unmetDemand(of test: KolaTest) -> String? {
        let way = "leave the test out with --denylist-test \(test.name)"
        for text in test.metadata.bindMountHostRO {
            guard let folder = try? SharedFolder(parsing: text, isReadOnly: true) else { continue }
            guard FileContent.isDirectory(folder.host) else {
                return
                    "\(test.name) shares \(folder.host) with its guest (bindMountHostRO), which is no folder of this "
                    + "host; make it, or \(way)"
            }
        }
        if test.metadata.injectContainer == true, containerArchive == nil {
            return "\(test.name) needs the OS as a container image (injectContainer), which comes with a build; "
                + "run it on one, without --qemu-image, or \(way)"
        }
        if bootsISO(test) != nil {
            guard iso != nil else {
                return "\(test.name) boots a live ISO (bootFrom), and the build has none; "
                    + "name one with --qemu-iso, or \(way)"
            }
            guard test.metadata.appendFirstbootKernelArgs ?? "" == "" else {
                return
                    "\(test.name) boots a live ISO and asks for kernel arguments of the first boot "
                    + "(appendFirstbootKernelArgs), and each of its boots is the first; use appendKernelArgs, or \(way)"
            }
        }
        return nil
    }
}

extension KolaTest {
    /// Why its machine did not start, where the host is what it needed.
    func explained(_ error: any Error) -> any Error {
        guard let error = error as? MachineError, case .hostPort(let port) = error.kind else { return error }
        return TestFailure(
            "\(name) needs port \(port) of this host (requiredHostPorts): \(error.reason); "
                + "free it, or leave the test out with --denylist-test \(name)")
    }
}
