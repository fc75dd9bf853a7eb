using Freshet.Simulation.Running;

return args is ["simulate", .. var rest] ? Command.Run(rest) : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
