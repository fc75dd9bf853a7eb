namespace Freshet.Redis.Tests;

public sealed class PublicApiTests
{
    [Fact]
    public void The_public_surface_of_Freshet_Redis_is_the_one_that_was_reviewed() =>
        ReviewedFile.ShouldHold(PublicApiLister.List(typeof(RedisOptions).Assembly), RepositoryRoot.File("src", "Freshet.Redis", "PublicApi.txt"), "FRESHET_ACCEPT_API");
}
