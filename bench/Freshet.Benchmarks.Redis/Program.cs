using Freshet.Benchmarks.Redis;

switch (args)
{
    case ["append"]:
        await Appends.PrintAsync().ConfigureAwait(false);
        return;
    default:
        Console.Error.WriteLine("Which one? append");
        return;
}
