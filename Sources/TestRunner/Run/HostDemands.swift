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
        let unmet = test.metadata.unmetDemands
        guard unmet.isEmpty else {
            return "kola's machines cannot give what the test asks for with \(unmet.joined(separator: ", ")); "
                + "run it elsewhere, or \(way)"
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
                + "end the program that has it, or leave the test out with --denylist-test \(name)")
    }
}

extension TestMetadata {
    /// The keys that ask for what kola's machines do not have: a test that says one of them would prove nothing without.
    var unmetDemands: [String] {
        let asked: [(key: String, isAsked: Bool)] = [
            ("bootFrom", bootFrom != nil),
            ("injectContainer", injectContainer == true),
        ]
        return asked.filter(\.isAsked).map(\.key)
    }
}
