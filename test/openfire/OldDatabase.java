import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;

/**
 * Runs SQL in an HSQLDB, whichever version is on the class path. Arguments: path of the database's files without extension;
 * "stop" or "kill", how it is to end. Standard input: a statement a line, with line breaks and backslashes as \n and \\.
 */
public class OldDatabase {
  public static void main(String[] arguments) throws Exception {
    Class.forName("org.hsqldb.jdbcDriver");
    Connection connection = DriverManager.getConnection("jdbc:hsqldb:file:" + arguments[0], "sa", "");
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Statement statement = connection.createStatement()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        // A backslash pair has to stay one while line breaks are put in.
        statement.execute(line.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\"));
      }
      if (arguments[1].equals("stop")) statement.execute("SHUTDOWN");
    }
    // What was committed is written within a second.
    if (arguments[1].equals("kill")) Thread.sleep(2500);
    Runtime.getRuntime().halt(0);
  }
}
