namespace Freshet.EntityFrameworkCore.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_of_Freshet_EntityFrameworkCore_is_the_one_that_was_reviewed() =>
        ReviewedFile.ShouldHold(
            PublicApiLister.List(typeof(OutboxContextException).Assembly), RepositoryRoot.File("src", "Freshet.EntityFrameworkCore", "PublicApi.txt"), "FRESHET_ACCEPT_API");
}
